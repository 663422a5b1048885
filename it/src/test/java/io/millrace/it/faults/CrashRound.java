package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Standing;
import io.millrace.it.faults.FlushProxy.Step;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One replay of the history from its start, by processes that are killed one after the other, until one may finish. */
final class CrashRound {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int FLIGHTS_PER_FLUSH = 100;
    private static final int SIGKILLED = 128 + 9;
    private static final long ANY_MOMENT_WITHIN_NANOS = 4_000_000;

    private final Rig rig;
    private final FlushProxy proxy;
    private final String configuration;
    private final RandomGenerator random;
    private int processes;

    /** What a kill has hit. */
    record Kill(KillPoint point, boolean inFlight, boolean committed) {}

    CrashRound(Rig rig, FlushProxy proxy, RandomGenerator random) {
        this.rig = rig;
        this.proxy = proxy;
        this.configuration = rig.configuration(rig.store.port(), proxy.port()).toString();
        this.random = random;
    }

    /**
     * @param flushes how many flushes the replay takes
     * @param expected what it must come to
     */
    void run(int kills, int flushes, Standing expected, Consumer<Kill> killed) throws Exception {
        List<Integer> targets = random.ints(0, flushes - 50)
                .distinct()
                .limit(kills)
                .sorted()
                .boxed()
                .toList();
        List<KillPoint> points = KillPoint.drawn(kills, random);
        long done = 0;
        for (int i = 0; i < kills; i++) {
            Kill kill = kill(points.get(i), (int) Math.max(0, targets.get(i) - done));
            killed.accept(kill);
            done = rig.flightsCounted() / FLIGHTS_PER_FLUSH;
            rig.expireLeases();
        }
        try (ProjectorProcess last = start()) {
            assertThat(last.awaitEnd(PATIENCE)).as(last.output()).isZero();
        }
        assertThat(rig.actual()).isEqualTo(expected);
    }

    private ProjectorProcess start() {
        String[] command = processes == 0
                ? new String[] {"replay", Rig.PROJECTION, "--from-start", "--yes", "--config", configuration}
                : new String[] {"replay", Rig.PROJECTION, "--config", configuration};
        return ProjectorProcess.start(rig.output("projector-" + processes++ % 2), command);
    }

    private Kill kill(KillPoint point, int flushesBefore) throws Exception {
        int answeredBefore = proxy.answered();
        int begunBefore = proxy.begun();
        AtomicBoolean reached = new AtomicBoolean();
        try (ProjectorProcess process = start()) {
            proxy.at(flushesBefore, point.step().orElse(Step.BEGUN), () -> {
                reached.set(true);
                kill(process, point);
            });
            int exitCode = process.awaitEnd(PATIENCE);
            assertThat(reached).as(process.output()).isTrue();
            assertThat(exitCode).as(process.output()).isEqualTo(SIGKILLED);
        }
        int answered = proxy.answered() - answeredBefore;
        boolean inFlight = proxy.begun() - begunBefore > answered;
        rig.awaitNoSessions(PATIENCE);
        // With its lease each process begins an epoch of its own, and counts its flushes from 0.
        long flushed = rig.flushNumber() - answered;
        assertThat(flushed).as("flushes committed but not answered").isBetween(0L, inFlight ? 1L : 0L);
        return new Kill(point, inFlight, flushed == 1);
    }

    private void kill(ProjectorProcess process, KillPoint point) {
        if (point.step().isPresent()) {
            process.kill();
            return;
        }
        long delay = random.nextLong(ANY_MOMENT_WITHIN_NANOS);
        new Thread(() -> {
                    LockSupport.parkNanos(delay);
                    process.kill();
                })
                .start();
    }
}
