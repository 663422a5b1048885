package io.millrace.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The reader that is shipped, driven by a simulated store, network and clock through thousands of faults. */
class SimulatedFaultsTest {
    private static final int RUNS = 500;
    private static final int EVENTS = 300;
    private static final Patience PATIENCE =
            new Patience(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(5));
    private static final long FAULTS_MS = Duration.ofMinutes(3).toMillis();
    private static final long LONGEST_MS = Duration.ofMinutes(10).toMillis();

    @Test
    void handsOnEveryWantedEventOnceWhateverHappens() {
        long firstSeed = System.nanoTime();
        int interruptions = 0;
        for (int run = 0; run < RUNS; run++) {
            Source source = run % 2 == 0 ? Samples.ALL : new Source.SingleStream("s");
            interruptions += run(firstSeed + run, source);
        }
        System.out.printf("%d runs from seed %d, %d interruptions%n", RUNS, firstSeed, interruptions);
        assertThat(interruptions).isGreaterThan(RUNS);
    }

    private static int run(long seed, Source source) {
        Random random = new Random(seed);
        SimulatedStore store = new SimulatedStore(seed);
        SignalRecorder recorder = new SignalRecorder();
        SubscriptionReader reader =
                new SubscriptionReader(Samples.fromStart(source, "Wanted"), recorder, store, store, random, PATIENCE);
        for (int i = 0; i < EVENTS; i++) {
            store.at(random.nextInt(3) == 0 ? 0 : random.nextInt((int) FAULTS_MS), store::append);
        }
        store.at(FAULTS_MS, store::heal);
        askForMore(store, reader, random);
        reader.start();
        while (store.step() && store.nowMs() < LONGEST_MS) {
            if (store.nowMs() > FAULTS_MS
                    && recorder.eventCount() == store.wantedIds().size()) {
                break;
            }
        }
        String what = source + ", seed " + seed;
        assertThat(recorder.all(SourceSignal.Failed.class)).as(what).isEmpty();
        assertThat(ids(recorder.events())).as(what).isEqualTo(store.wantedIds());
        assertThat(recorder.positions()).as(what).isSorted().doesNotHaveDuplicates();
        assertInterruptionsAndSubscriptionsTakeTurns(recorder.signals(), what);
        return recorder.all(SourceSignal.Interrupted.class).size();
    }

    /** A consumer that now and then takes its time. */
    private static void askForMore(SimulatedStore store, SubscriptionReader reader, Random random) {
        reader.allow(1 + random.nextInt(3), 1 + random.nextInt(100));
        store.at(
                random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(1_500),
                () -> askForMore(store, reader, random));
    }

    private static List<Long> ids(List<EventEnvelope> events) {
        return events.stream()
                .map(event -> event.eventId().getLeastSignificantBits())
                .toList();
    }

    private static void assertInterruptionsAndSubscriptionsTakeTurns(List<SourceSignal> signals, String what) {
        boolean interrupted = false;
        boolean subscribed = false;
        for (SourceSignal signal : signals) {
            if (signal instanceof SourceSignal.Interrupted) {
                assertThat(interrupted).as("interrupted twice, " + what).isFalse();
                interrupted = true;
                subscribed = false;
            } else if (signal instanceof SourceSignal.Subscribed) {
                assertThat(subscribed).as("subscribed twice, " + what).isFalse();
                interrupted = false;
                subscribed = true;
            } else {
                assertThat(subscribed)
                        .as(signal + " outside of a subscription, " + what)
                        .isTrue();
            }
        }
    }
}
