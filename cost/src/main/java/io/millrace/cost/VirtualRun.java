package io.millrace.cost;

import io.millrace.batching.BatchCommitter;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.Projector;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.QueueBounds;
import io.millrace.batching.Surroundings;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The shipped projector over a recorded stream, in virtual time: reading, folding and flushing take none, so that only
 * what the projector decides is seen. Time passes between live events, and where the projector waits for it. For one
 * thread.
 */
final class VirtualRun {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
    /** A rung that holds everything at hand must be able to ask for it. */
    private static final QueueBounds UNBOUNDED = new QueueBounds(Integer.MAX_VALUE / 2, Long.MAX_VALUE / 4);

    private final Rung rung;
    private final RecordedStream stream;
    private final RecordedSource source;
    private final Meter meter;
    private final Waits waits;
    private final Projector projector;
    private long nowNanos;

    /**
     * @param committer takes the batches; stays the caller's
     */
    VirtualRun(Rung rung, Projection projection, RecordedStream stream, PriceList prices, BatchCommitter committer) {
        this.rung = rung;
        this.stream = stream;
        this.source = new RecordedSource(rung.filters());
        this.meter = new Meter(prices, rung.statements(), rung.sending());
        this.waits = new Waits(() -> nowNanos);
        Surroundings surroundings =
                new Surroundings(Runnable::run, () -> nowNanos, () -> Instant.EPOCH, new SplittableRandom(1), () -> {});
        this.projector =
                new Projector(projection, source, committer, options(rung.policy()), surroundings, meter, waits);
    }

    private static ProjectorOptions options(FlushPolicy policy) {
        ProjectorOptions options = ProjectorOptions.DEFAULT.withFlushPolicy(policy);
        return policy.batchSize() == Integer.MAX_VALUE ? options.withQueueBounds(UNBOUNDED) : options;
    }

    /** What came of it. */
    record Result(
            Cost cost,
            long eventsRead,
            long handled,
            Optional<Position> checkpoint,
            Waits waits,
            Optional<Throwable> failure) {}

    Result run() {
        settle();
        source.say(new Subscribed(head()));
        readHistory();
        source.say(new CaughtUp());
        settle();
        readLive();
        projector.stop(STOP_WITHIN);
        settle();
        return new Result(
                meter.cost(),
                source.eventsRead(),
                projector.summary().handled(),
                projector.summary().checkpoint(),
                waits,
                projector.state() instanceof Failed failed ? Optional.of(failed.cause()) : Optional.empty());
    }

    private Optional<Position> head() {
        List<EventEnvelope> history = stream.history();
        return history.isEmpty()
                ? Optional.empty()
                : Optional.of(history.get(history.size() - 1).position());
    }

    /** Where events are flushed alone, each comes when the one before it is done with. */
    private void readHistory() {
        boolean alone = rung.policy().batchSize() == 1;
        for (EventEnvelope event : stream.history()) {
            if (projector.hasEnded()) {
                return;
            }
            source.append(event);
            if (alone) {
                settle();
                advanceTo(nowNanos + 1);
            }
        }
        settle();
    }

    private void readLive() {
        long caughtUp = nowNanos;
        List<EventEnvelope> live = stream.live();
        for (int i = 0; i < live.size() && !projector.hasEnded(); i++) {
            long arrival = caughtUp + stream.arrival(i, rung.burst()).toNanos();
            if (arrival > nowNanos) {
                settle();
                advanceTo(arrival);
            }
            waits.comes(live.get(i));
            source.append(live.get(i));
            if (rung.burst() == 1) {
                settle();
            }
        }
        settle();
        advanceTo(nowNanos + rung.policy().liveWithin().toNanos());
    }

    /** Lets the projector do what there is to do now. */
    private void settle() {
        boolean worked = true;
        while (worked) {
            worked = projector.step();
            worked |= source.handOn();
        }
    }

    /** Lets time pass, and the projector do what becomes due on the way. */
    private void advanceTo(long nanos) {
        while (!projector.hasEnded() && projector.nanosUntilDue() <= nanos - nowNanos && nowNanos < nanos) {
            nowNanos += Math.max(1, projector.nanosUntilDue());
            settle();
        }
        nowNanos = Math.max(nowNanos, nanos);
        settle();
    }
}
