package io.millrace.it.faults;

import java.time.Duration;
import java.util.SplittableRandom;

/** Flights that keep departing, some at a time, until this is closed; while the store is away they wait. */
final class Traffic implements AutoCloseable {
    private static final int MOST_AT_A_TIME = 40;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Rig rig;
    private final Thread thread;
    private volatile boolean ended;

    private Traffic(Rig rig) {
        this.rig = rig;
        String source = "traffic-" + System.nanoTime();
        this.thread = new Thread(() -> depart(new Flights(rig.store.connectionString(), source)), source);
    }

    static Traffic on(Rig rig) {
        Traffic traffic = new Traffic(rig);
        traffic.thread.setDaemon(true);
        traffic.thread.start();
        return traffic;
    }

    private void depart(Flights flights) {
        SplittableRandom random = new SplittableRandom(1);
        try (flights) {
            while (!ended) {
                flights.depart(1 + random.nextInt(MOST_AT_A_TIME));
                Await.pause();
            }
        }
    }

    /** Waits until the projector is at it: until it counts some. */
    void awaitShown() throws Exception {
        long before = rig.flightsCounted();
        Await.until(PATIENCE, () -> "flights are counted", () -> rig.flightsCounted() > before + MOST_AT_A_TIME);
    }

    @Override
    public void close() {
        end();
    }

    /** Returns when what has departed is in the store. */
    void end() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
