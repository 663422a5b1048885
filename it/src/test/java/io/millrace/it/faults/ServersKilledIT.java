package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import io.millrace.it.faults.FlushProxy.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The servers are killed and started again, while flights keep departing and the projector is at it: in the middle of a
 * flush that two of its three projections share. {@code -Dmillrace.it.rounds=20} does each that often.
 */
final class ServersKilledIT {
    private static final int ROUNDS = Integer.getInteger("millrace.it.rounds", 1);
    private static final int MOST_FLUSHES_BEFORE = 20;
    private static final Duration PROMISED = Duration.ofSeconds(10);
    private static final Duration HEAD_WITHIN = Duration.ofMinutes(1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Rig rig;

    @SuppressWarnings("NullAway.Init")
    private static TcpProxy network;

    @SuppressWarnings("NullAway.Init")
    private static FlushProxy proxy;

    private final SplittableRandom random = new SplittableRandom();

    @BeforeAll
    static void start() {
        rig = Rig.start(folder, Rig.Projections.ONE_AND_TWO_THAT_SHARE);
        network = TcpProxy.to(rig.postgres().port());
        proxy = FlushProxy.to(network.port());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        network.close();
        rig.close();
    }

    @Test
    void postgresIsKilled() throws Exception {
        comesBackFrom(
                "PostgreSQL killed and restarted",
                List.of(Step.HALF_SENT, Step.COMMITTED),
                () -> rig.postgres().kill(),
                () -> rig.postgres().restart());
    }

    @Test
    void postgresIsStoppedImmediately() throws Exception {
        comesBackFrom(
                "PostgreSQL stopped (immediate) and restarted",
                List.of(Step.HALF_SENT, Step.COMMITTED),
                () -> rig.postgres().stopImmediately(),
                () -> rig.postgres().restart());
    }

    @Test
    void theEventStoreIsKilled() throws Exception {
        comesBackFrom(
                "event store killed and restarted",
                List.of(Step.BEGUN),
                () -> rig.store.kill(),
                () -> rig.store.restart());
    }

    @Test
    void bothAreKilled() throws Exception {
        comesBackFrom(
                "PostgreSQL and event store killed and restarted",
                List.of(Step.SENT),
                () -> {
                    rig.postgres().kill();
                    rig.store.kill();
                },
                () -> {
                    rig.store.restart();
                    rig.postgres().restart();
                });
    }

    /** @param steps of the flush that is hit; each round does them all */
    private void comesBackFrom(String what, List<Step> steps, Runnable killing, Runnable restarting) throws Exception {
        List<Boolean> committed = new ArrayList<>();
        int hits = 0;
        try (Cli.Running run = Rig.run(rig.configuration(rig.store.port(), proxy.port()))) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Step step : steps) {
                    comesBackFrom(what, step, killing, restarting).ifPresent(committed::add);
                    hits++;
                    rig.awaitHead(HEAD_WITHIN);
                }
            }
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
        System.out.println("fault " + what + ": " + hits + " times in a flush of two projections, "
                + Collections.frequency(committed, true) + " of them found committed, "
                + Collections.frequency(committed, false) + " not");
        if (steps.size() > 1) {
            assertThat(committed).as("both outcomes are met").contains(true, false);
        }
    }

    /** Returns whether the flush that it hit was committed, where that is in doubt. */
    private Optional<Boolean> comesBackFrom(String what, Step step, Runnable killing, Runnable restarting)
            throws Exception {
        SharedFlush flush = new SharedFlush(rig);
        CompletableFuture<Fault> hit = new CompletableFuture<>();
        try (Traffic traffic = Traffic.on(rig)) {
            traffic.awaitShown();
            proxy.at(random.nextInt(MOST_FLUSHES_BEFORE), true, step, flush::begins, () -> {
                Fault fault = Fault.begins(rig, what + ", " + step);
                killing.run();
                network.refuse(step != Step.BEGUN);
                hit.complete(fault);
            });
            Fault fault = hit.get(HEAD_WITHIN.toSeconds(), TimeUnit.SECONDS);
            restarting.run();
            Optional<Boolean> committed = step == Step.BEGUN ? Optional.empty() : Optional.of(flush.wasCommitted());
            network.refuse(false);
            fault.ends();
            fault.awaitProgress(PROMISED);
            return committed;
        }
    }
}
