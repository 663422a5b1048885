package io.millrace.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How long a silent store is given, counted in steps: a process that was frozen for an hour finds one step gone by, and a
 * store that answers a step before its time is up was no dead one. Calls and steps are made by hand.
 */
class SilenceWatchTest {
    private static final int STEPS_OF_SILENCE = 10;
    private static final int STEPS_TO_THE_SIGN = 20;
    private static final Patience PATIENCE =
            new Patience(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(10));

    private final SignalRecorder recorder = new SignalRecorder();
    private final CallsByHand calls = new CallsByHand();
    private @Nullable Runnable next;

    @BeforeEach
    void subscribe() {
        new SubscriptionReader(
                        Samples.fromStart(Samples.ALL, "Viewed"), recorder, calls, this::after, new Random(1), PATIENCE)
                .start();
        calls.newest().end();
        CallByHand subscription = calls.newest();
        subscription.say(Intermediary.confirmation());
        subscription.say(ReadResp.newBuilder()
                .setCaughtUp(ReadResp.CaughtUp.getDefaultInstance())
                .build());
        // The first step finds what came.
        steps(1 + STEPS_OF_SILENCE - 1);
        assertThat(calls.made).hasSize(2);
        steps(1);
    }

    private Timers.Timer after(Duration delay, Runnable action) {
        next = action;
        return () -> next = null;
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            Objects.requireNonNull(next, "expected the reader to wait for a step")
                    .run();
        }
    }

    private List<String> interruptions() {
        return recorder.all(SourceSignal.Interrupted.class).stream()
                .map(interrupted -> interrupted.cause().getMessage())
                .toList();
    }

    @Test
    void asksAQuietStoreWithoutALimitByTheClock() {
        assertThat(calls.made).hasSize(3);
        assertThat(calls.newest().terms.deadline()).isEmpty();
        assertThat(calls.newest().request.getOptions().hasSubscription()).isFalse();
    }

    @Test
    void takesAnAnswerAStepBeforeTheTimeIsUpForASignOfLife() {
        steps(STEPS_TO_THE_SIGN - 1);
        calls.newest().end();
        steps(STEPS_OF_SILENCE - 1);
        assertThat(interruptions()).isEmpty();
        assertThat(calls.made).hasSize(3);
        steps(1);
        assertThat(calls.made).as("asks again after as much silence").hasSize(4);
    }

    @Test
    void takesNoAnswerInTimeForADeadConnection() {
        steps(STEPS_TO_THE_SIGN - 1);
        assertThat(interruptions()).isEmpty();
        steps(1);
        assertThat(interruptions()).containsExactly("the event store at by hand gave no sign of life");
        assertThat(calls.newest().cancelled).isTrue();
    }

    @Test
    void waitsLongerForAnEventWhoseAnswerBegan() {
        calls.newest().receivedBytes = 1;
        steps(STEPS_TO_THE_SIGN);
        assertThat(interruptions()).isEmpty();
        assertThat(calls.newest().cancelled).isTrue();
        steps(STEPS_OF_SILENCE + STEPS_TO_THE_SIGN);
        assertThat(interruptions()).containsExactly("the event store at by hand has events that it does not deliver");
    }

    /** Keeps the calls, and lets a test answer them. */
    private static final class CallsByHand implements StoreCalls {
        private final List<CallByHand> made = new ArrayList<>();

        CallByHand newest() {
            return made.get(made.size() - 1);
        }

        @Override
        public Call read(ReadReq request, Terms terms, Answers answers) {
            CallByHand call = new CallByHand(request, terms, answers);
            made.add(call);
            return call;
        }

        @Override
        public void reconnect(Optional<Endpoint> leader) {
            // There is one store.
        }

        @Override
        public String target() {
            return "by hand";
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class CallByHand implements StoreCalls.Call {
        private final ReadReq request;
        private final StoreCalls.Terms terms;
        private final StoreCalls.Answers answers;
        private boolean cancelled;
        private long receivedBytes;

        CallByHand(ReadReq request, StoreCalls.Terms terms, StoreCalls.Answers answers) {
            this.request = request;
            this.terms = terms;
            this.answers = answers;
        }

        void say(ReadResp message) {
            receivedBytes += message.getSerializedSize();
            answers.onMessage(message);
        }

        void end() {
            answers.onEnd(Status.OK, new Metadata());
        }

        @Override
        public void request(int messages) {
            // A test says what comes.
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public long receivedBytes() {
            return receivedBytes;
        }
    }
}
