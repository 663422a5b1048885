package io.millrace.batching;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.batching.CommitOutcome.TooSlow;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.checkpoint.Position;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Handles parked events after all, or discards them. The rows, and that the events are parked no more, are committed
 * together, and only if the checkpoint stands where the committer found it; the checkpoint's position stays.
 *
 * <p>The events of a stream go through the projection in order; where one fails again, it and what follows it stay
 * parked. So the rows become those of a fold without the fault, provided that what events of different streams do to
 * one row gives the same in any order. For one thread; blocks.
 */
public final class ParkedRetry {
    private static final int EVENTS_AT_ONCE = 100;
    private static final int ATTEMPTS = 10;

    private final Projection projection;
    private final BatchCommitter committer;
    private final Queue queue;
    private final boolean eachAlone;
    private final Pause pause;
    private final Backoff backoff;
    private final CommutingChanges commuting = new CommutingChanges();
    private long batchNumber;

    /** Where parked events are read. */
    public interface Queue {
        /** The parked events of a stream after this number, in order, so many at most; none if there are none. */
        List<ParkedEvent> next(String projection, String stream, long afterSequence, int atMost);

        /** Keeps why an event could not be handled this time. */
        void failedAgain(String projection, long sequence, String error);
    }

    /** Waits between two attempts to reach the database. */
    @FunctionalInterface
    public interface Pause {
        void pause(Duration time);
    }

    /**
     * What became of a stream's parked events.
     *
     * @param settled how many are parked no more
     * @param failed those that failed again; without parking alone there is at most one
     */
    public record Result(long settled, List<PoisonEvent> failed) {
        public Result {
            failed = List.copyOf(failed);
        }
    }

    /** Says that the database refused, for a reason that does not lie in the events. */
    public static final class RefusedException extends ProjectorException {
        private static final long serialVersionUID = 1L;
        private final transient CommitOutcome outcome;

        RefusedException(CommitOutcome outcome, String message) {
            super(message);
            this.outcome = outcome;
        }

        public CommitOutcome outcome() {
            return outcome;
        }
    }

    /** @param committer opened for this, before the queue is read: it stands where nobody parks any more */
    public ParkedRetry(Projection projection, BatchCommitter committer, Queue queue, PoisonPolicy policy, Pause pause) {
        this(projection, committer, queue, policy, pause, new SplittableRandom());
    }

    /** @param random for the jitter of the pauses */
    public ParkedRetry(
            Projection projection,
            BatchCommitter committer,
            Queue queue,
            PoisonPolicy policy,
            Pause pause,
            RandomGenerator random) {
        this.projection = projection;
        this.committer = committer;
        this.queue = queue;
        this.eachAlone = policy.onPoison() == PoisonPolicy.OnPoison.PARK_ALONE;
        this.pause = pause;
        this.backoff = new Backoff(RetryDelays.DEFAULT, random);
    }

    /**
     * Handles what is parked of a stream, as far as it goes.
     *
     * @throws RefusedException if the database refuses; what was settled by then is
     * @throws ProjectorException if an event's changes do not commute though events are parked alone; likewise
     */
    public Result retry(String stream) {
        Run run = new Run();
        long after = -1;
        while (true) {
            List<ParkedEvent> page = queue.next(projection.name(), stream, after, EVENTS_AT_ONCE);
            if (page.isEmpty() || !run.handle(page)) {
                return new Result(run.settled, run.failed);
            }
            after = page.get(page.size() - 1).sequence();
        }
    }

    /**
     * Forgets all that is parked of a stream, without handling it.
     *
     * @return how many events that were
     * @throws RefusedException if the database refuses
     */
    public long discardStream(String stream) {
        long discarded = 0;
        long after = -1;
        while (true) {
            List<ParkedEvent> page = queue.next(projection.name(), stream, after, EVENTS_AT_ONCE);
            if (page.isEmpty()) {
                return discarded;
            }
            discard(page.stream().map(ParkedEvent::sequence).toList());
            discarded += page.size();
            after = page.get(page.size() - 1).sequence();
        }
    }

    /** Forgets parked events, by their numbers, without handling them. */
    public void discard(List<Long> sequences) {
        CommitOutcome outcome = commit(new ChangeSet(List.of(), 0), List.of(), SetAside.settling(sequences));
        if (!(outcome instanceof Committed)) {
            throw refused(outcome);
        }
    }

    /** One stream's events on their way. */
    private final class Run {
        private final List<PoisonEvent> failed = new ArrayList<>();
        private long settled;

        /** Handles these in order, in parts as large as they pass. Returns whether the stream goes on. */
        boolean handle(List<ParkedEvent> page) {
            int from = 0;
            int most = page.size();
            while (from < page.size()) {
                Part part = fold(page.subList(from, Math.min(page.size(), from + most)));
                if (part.error().isPresent() && part.events().isEmpty()) {
                    if (!goesOnAfter(page.get(from), part.error().get())) {
                        return false;
                    }
                    from++;
                    continue;
                }
                CommitOutcome outcome = commit(part);
                int size = part.events().size();
                if (outcome instanceof Committed) {
                    from += size;
                    settled += size;
                    most = page.size();
                } else if (size > 1 && (outcome instanceof Rejected || outcome instanceof TooSlow)) {
                    most = size / 2;
                } else if (outcome instanceof Rejected rejected) {
                    if (!goesOnAfter(page.get(from), refusal(page.get(from), rejected))) {
                        return false;
                    }
                    from++;
                } else {
                    throw refused(outcome);
                }
            }
            return true;
        }

        private boolean goesOnAfter(ParkedEvent event, String error) {
            queue.failedAgain(projection.name(), event.sequence(), error);
            failed.add(new PoisonEvent(event.poison().event(), Optional.of(error)));
            return eachAlone;
        }
    }

    /** What fits into one batch; and why the event after it fails, if it does. */
    private record Part(List<ParkedEvent> events, ChangeSet changes, Optional<String> error) {}

    private Part fold(List<ParkedEvent> events) {
        ChangeSetBuilder changes = new ChangeSetBuilder();
        List<ParkedEvent> folded = new ArrayList<>();
        for (ParkedEvent parked : events) {
            EventEnvelope event = parked.poison().event();
            try {
                List<Effect> effects = projection.effectsOf(event);
                if (eachAlone) {
                    commuting.require(projection.name(), event, effects);
                }
                changes.add(effects);
            } catch (ProjectorException e) {
                throw e; // no fault of the event's: its changes do not commute, and must
            } catch (RuntimeException e) {
                boolean full = e instanceof CannotFoldException && !changes.isEmpty();
                Optional<String> error =
                        full ? Optional.empty() : PoisonEvent.failed(event, e).error();
                return new Part(folded, changes.build(), error);
            }
            folded.add(parked);
        }
        return new Part(folded, changes.build(), Optional.empty());
    }

    private String refusal(ParkedEvent parked, Rejected rejected) {
        return String.valueOf(
                rejected.blaming(projection.name(), parked.poison().event()).getMessage());
    }

    private CommitOutcome commit(Part part) {
        return commit(
                part.changes(),
                part.events().stream().map(parked -> parked.poison().event()).toList(),
                SetAside.settling(
                        part.events().stream().map(ParkedEvent::sequence).toList()));
    }

    private CommitOutcome commit(ChangeSet changes, List<EventEnvelope> events, SetAside aside) {
        Position stays = committer
                .checkpoint()
                .position()
                .orElseThrow(() -> new ProjectorException("projection " + projection.name()
                        + ": expected a checkpoint beyond the parked events, and there is none"));
        Batch batch = new Batch(
                projection.name(), ++batchNumber, FlushReason.PARKED, changes, stays, Optional.empty(), events, aside);
        CommitOutcome outcome = committer.commit(batch);
        for (int attempt = 2; isForLater(outcome, batch) && attempt <= ATTEMPTS; attempt++) {
            pause.pause(Duration.ofNanos(backoff.nextDelayNanos()));
            outcome = committer.commit(batch);
        }
        backoff.reset();
        return outcome;
    }

    private static boolean isForLater(CommitOutcome outcome, Batch batch) {
        return outcome instanceof Unavailable
                || (outcome instanceof TooSlow && batch.events().size() <= 1);
    }

    private RefusedException refused(CommitOutcome outcome) {
        String why;
        if (outcome instanceof CommitOutcome.Fenced fenced) {
            why = fenced.message();
        } else if (outcome instanceof Unavailable unavailable) {
            why = unavailable.message();
        } else if (outcome instanceof TooSlow slow) {
            why = slow.message();
        } else if (outcome instanceof CommitOutcome.Failed failed) {
            why = failed.message();
        } else if (outcome instanceof Rejected rejected) {
            why = rejected.message();
        } else {
            why = "projection " + projection.name() + ": the database went back to an earlier state meanwhile; look at"
                    + " what is parked, and try again";
        }
        return new RefusedException(outcome, why);
    }
}
