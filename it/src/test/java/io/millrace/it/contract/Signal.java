package io.millrace.it.contract;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ResolvedEvent;
import io.grpc.StatusRuntimeException;

/** One thing that a subscription said; its text is short, so that a whole subscription can be compared at a glance. */
sealed interface Signal {
    record Confirmed() implements Signal {
        @Override
        public String toString() {
            return "confirmed";
        }
    }

    record Delivered(ResolvedEvent event) implements Signal {
        @Override
        public String toString() {
            return "#" + event.getOriginalEvent().getRevision();
        }
    }

    record Checkpoint(Position position) implements Signal {
        @Override
        public String toString() {
            return "checkpoint";
        }
    }

    record CaughtUp() implements Signal {
        @Override
        public String toString() {
            return "caughtUp";
        }
    }

    record Ended(Throwable cause) implements Signal {
        @Override
        public String toString() {
            return "ended "
                    + (cause instanceof StatusRuntimeException status
                            ? status.getStatus().getCode()
                            : cause);
        }
    }
}
