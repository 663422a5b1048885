package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Standing;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the projector while it replays 200,000 flights. {@code -Dmillrace.it.kills=1000} is the long run: it
 * keeps its figures in {@code target/crash.properties}, and goes on from there when it is started again.
 */
final class CrashIT {
    private static final int FLIGHTS = 200_000;
    private static final int WARM_UP = 1_000;
    private static final int FLUSHES = FLIGHTS / 100;
    private static final int KILLS_PER_ROUND = 25;
    private static final int FLIGHTS_OF_A_RUN = 40_000;
    private static final int KILLS_OF_A_RUN = Integer.getInteger("millrace.it.run.kills", 5);
    private static final int IN_FLIGHT_PER_ROUND = 20;
    private static final Path FIGURES = Path.of("target", "crash.properties");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void countsEachFlightOnceHoweverOftenItIsKilled() throws Exception {
        int wanted = Integer.getInteger("millrace.it.kills", KILLS_PER_ROUND);
        boolean longRun = wanted > KILLS_PER_ROUND;
        CrashFigures figures = longRun ? CrashFigures.read(FIGURES) : CrashFigures.none();
        long seed = Long.getLong("millrace.it.seed", System.nanoTime());
        System.out.println("crash: seed " + seed + ", " + figures.kills() + " kills done before");
        SplittableRandom random = new SplittableRandom(seed);
        try (Rig rig = Rig.start(folder);
                FlushProxy proxy = FlushProxy.to(rig.postgres().port())) {
            try (Flights flights = rig.flights()) {
                flights.depart(WARM_UP);
                ProjectorProcess.train(rig.output("train"), "replay", Rig.PROJECTION, "--config", configuration(rig));
                flights.depart(FLIGHTS - WARM_UP);
            }
            Standing expected = rig.expected();
            while (figures.kills() < wanted) {
                figures.add(round(rig, proxy, random, expected));
                if (longRun) {
                    figures.write(FIGURES);
                }
                System.out.println("crash: " + figures);
            }
        }
        assertThat(figures.kills()).isGreaterThanOrEqualTo(wanted);
    }

    /** Two of three projections share their flushes: those are hit, and what the third does at the time. */
    @Test
    void countsEachFlightOnceInEveryProjectionOfARunThatIsKilled() throws Exception {
        long seed = Long.getLong("millrace.it.seed", System.nanoTime());
        try (Rig rig = Rig.start(folder, Rig.Projections.ONE_AND_TWO_THAT_SHARE);
                FlushProxy proxy = FlushProxy.to(rig.postgres().port());
                Flights flights = rig.flights()) {
            flights.depart(FLIGHTS_OF_A_RUN);
            List<Boolean> committed = new SharedCrashRound(rig, proxy, new SplittableRandom(seed)).run(KILLS_OF_A_RUN);
            System.out.println("crash of run: seed " + seed + ", " + committed.size() + " kills in a flush of several, "
                    + Collections.frequency(committed, true) + " of them committed");
            assertThat(committed).contains(true, false);
        }
    }

    private static String configuration(Rig rig) {
        return rig.configuration().toString();
    }

    /** Only what was compared at its end counts. */
    private static CrashFigures round(Rig rig, FlushProxy proxy, SplittableRandom random, Standing expected)
            throws Exception {
        CrashFigures round = CrashFigures.none();
        new CrashRound(rig, proxy, random).run(KILLS_PER_ROUND, FLUSHES, expected, round::add);
        round.addRound();
        assertThat(round.inFlight()).as(round.toString()).isGreaterThanOrEqualTo(IN_FLIGHT_PER_ROUND);
        assertThat(round.committed()).as(round.toString()).isPositive();
        assertThat(round.notCommitted()).as(round.toString()).isPositive();
        return round;
    }
}
