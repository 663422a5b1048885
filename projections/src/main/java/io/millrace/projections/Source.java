package io.millrace.projections;

import java.util.List;
import java.util.Objects;

/**
 * Which events a projection reads, before its event types are looked at. Part of what a checkpoint means: a projection
 * whose source changed cannot go on from its old checkpoint.
 */
public sealed interface Source {

    /** Every stream: the log {@code $all}, filtered by event type on the server. */
    record AllStreams() implements Source {
        @Override
        public String toString() {
            return "$all";
        }
    }

    /** The streams of {@code $all} whose names begin with one of these prefixes. */
    record StreamsStartingWith(List<String> prefixes) implements Source {
        public StreamsStartingWith {
            prefixes = List.copyOf(prefixes);
            if (prefixes.isEmpty() || prefixes.stream().anyMatch(String::isEmpty)) {
                throw new IllegalArgumentException(
                        "expected at least one prefix, and none that is empty: prefixes=" + prefixes);
            }
        }

        @Override
        public String toString() {
            return "$all, streams starting with " + String.join(", ", prefixes);
        }
    }

    /** One stream, links resolved; the server cannot filter it. */
    record SingleStream(String stream) implements Source {
        public SingleStream {
            Objects.requireNonNull(stream, "stream");
            if (stream.isEmpty() || stream.equals("$all")) {
                throw new IllegalArgumentException("expected the name of one stream: stream=" + stream);
            }
        }

        @Override
        public String toString() {
            return "stream " + stream;
        }
    }
}
