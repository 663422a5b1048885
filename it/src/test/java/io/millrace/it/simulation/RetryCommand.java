package io.millrace.it.simulation;

import io.millrace.batching.ParkedEvent;
import io.millrace.batching.ParkedRetry;
import io.millrace.batching.PoisonEvent;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.SimulatedCommitters;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Somebody has mended the handler, and retries what is parked, while nobody else runs, but calls to the database still
 * fail: again and again, until nothing is parked any more. What is refused once more is discarded.
 */
final class RetryCommand {
    /** After so many failures in vain nothing fails any more. */
    private static final int ATTEMPTS_UNDER_FAULTS = 12;

    private static final int ATTEMPTS = 40;

    private final World world;
    private final Projection projection;
    private final Set<UUID> discarded = new HashSet<>();

    RetryCommand(World world, Projection projection) {
        this.world = world;
        this.projection = projection;
    }

    /** What is parked, and what was discarded or may have been, is not in the rows. */
    Set<UUID> leftOut() {
        Set<UUID> leftOut = new HashSet<>(discarded);
        parked().forEach(event -> leftOut.add(event.poison().event().eventId()));
        return leftOut;
    }

    private List<ParkedEvent> parked() {
        return world.database.state().parked(projection.name()).events();
    }

    void untilNothingIsParked() {
        for (int attempt = 1; !parked().isEmpty() && !world.time.isStopped(); attempt++) {
            if (attempt > ATTEMPTS) {
                world.violate("not retried in " + ATTEMPTS + " attempts: " + parked());
            } else if (attempt == ATTEMPTS_UNDER_FAULTS) {
                world.faults.heal();
                world.database.comeBack();
            }
            SimulatedProcess process = new SimulatedProcess(world, world.nextProcess());
            world.trace(() -> process + " retries what " + projection.name() + " has parked");
            try {
                retry(process);
            } catch (DatabaseSession.Lost | DatabaseSession.Refused | ParkedRetry.RefusedException e) {
                world.met.state(Met.Expected.RETRY_FAILED);
                world.trace(() -> process + " cannot: " + e.getMessage());
            } catch (SimulatedProcess.Died e) {
                world.met.state(Met.Expected.RETRY_DIED);
            } finally {
                process.die();
                world.database.died(process);
            }
        }
    }

    private void retry(SimulatedProcess process) {
        DatabaseSession session = world.database.connect(process);
        long epoch = world.database.state().checkpoint(projection.name()).epoch() + 1;
        Checkpoint checkpoint = session.begin(projection.name(), epoch);
        session.discard();
        world.safety.begins(process, checkpoint);
        world.safety.subscribes(process, projection.name(), checkpoint.position());
        Writer writer = new Writer(new UUID(17, process.id()), "simulated", process.id());
        try (PostgresBatchCommitter committer =
                SimulatedCommitters.of(world.database, process, projection, checkpoint, writer)) {
            ParkedRetry.Pause pause = time -> {
                world.met.state(Met.Expected.RETRY_PAUSED);
                process.await(time.toNanos());
            };
            retry(new ParkedRetry(
                    projection, committer, new Queue(process), world.scenario.policy(), pause, world.random));
        }
    }

    private void retry(ParkedRetry retry) {
        while (!parked().isEmpty()) {
            String stream = parked().get(0).stream();
            ParkedRetry.Result result = retry.retry(stream);
            world.met.count(Met.Expected.RETRIED_EVENT, result.settled());
            for (PoisonEvent failed : result.failed()) {
                discarded.add(failed.event().eventId());
                world.met.state(Met.Expected.DISCARDED_EVENT);
                retry.discard(parked().stream()
                        .filter(parked -> parked.poison()
                                .event()
                                .eventId()
                                .equals(failed.event().eventId()))
                        .map(ParkedEvent::sequence)
                        .toList());
            }
        }
    }

    /** Reads and writes the parked events over a session of its own each time. */
    private final class Queue implements ParkedRetry.Queue {
        private final SimulatedProcess process;

        Queue(SimulatedProcess process) {
            this.process = process;
        }

        @Override
        public List<ParkedEvent> next(String name, String stream, long afterSequence, int atMost) {
            world.database.connect(process).discard();
            return parked().stream()
                    .filter(parked -> parked.stream().equals(stream) && parked.sequence() > afterSequence)
                    .limit(atMost)
                    .toList();
        }

        @Override
        public void failedAgain(String name, long sequence, String error) {
            world.database.connect(process).discard();
            world.database.commit(state -> state.parked(name).failedAgain(sequence, error));
        }
    }
}
