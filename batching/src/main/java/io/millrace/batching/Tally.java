package io.millrace.batching;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Counts what a projector does. Counted by one thread, once per step or batch; read by any. */
final class Tally {
    private final Map<FlushReason, Long> flushes = new EnumMap<>(FlushReason.class);
    private long events;
    private long handled;
    private long batches;
    private long statements;
    private long roundTrips;
    private long checkpointOnly;
    private long parked;
    private long skipped;
    private Optional<Position> checkpoint;

    Tally(Checkpoint checkpoint) {
        this.checkpoint = checkpoint.position();
    }

    synchronized void received(int more) {
        events += more;
    }

    synchronized void committed(Flight flight, CommitOutcome.Committed outcome) {
        handled += flight.handled();
        checkpoint = outcome.checkpoint().position();
        SetAside aside = flight.batch().setAside();
        parked += aside.parked().size();
        skipped += aside.skipped().size();
        FlushReason reason = flight.batch().reason();
        flushes.merge(reason, 1L, Long::sum);
        if (reason == FlushReason.CHECKPOINT_ONLY) {
            checkpointOnly++;
        } else {
            batches++;
            statements += outcome.statements();
            roundTrips += outcome.roundTrips();
        }
    }

    synchronized void wentBackTo(Checkpoint earlier) {
        checkpoint = earlier.position();
    }

    synchronized Optional<Position> checkpoint() {
        return checkpoint;
    }

    synchronized ProjectorSummary summary(int batchSize) {
        return new ProjectorSummary(
                events,
                handled,
                batches,
                statements,
                roundTrips,
                checkpointOnly,
                checkpoint,
                flushes,
                parked,
                skipped,
                batchSize);
    }
}
