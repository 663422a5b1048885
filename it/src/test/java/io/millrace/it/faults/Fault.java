package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Something that goes wrong, and the time until a flight that departs after it is in the read model. */
final class Fault {
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final Rig rig;
    private final String what;
    private final long beganNanos = System.nanoTime();
    private long endedNanos = beganNanos;

    private Fault(Rig rig, String what) {
        this.rig = rig;
        this.what = what;
    }

    static Fault begins(Rig rig, String what) {
        return new Fault(rig, what);
    }

    /** From now on everything works again, except the projector, perhaps. */
    void ends() {
        endedNanos = System.nanoTime();
    }

    /**
     * Waits for progress, prints how long that took, and holds it to twice what is promised.
     *
     * @param promised after the end of the fault, or its begin, if nothing but the projector ends it
     */
    void awaitProgress(Duration promised) throws Exception {
        long departed;
        try (Flights flights = new Flights(rig.store.connectionString(), "marker-" + System.nanoTime())) {
            departed = flights.departOne();
        }
        awaitShown(departed, promised);
    }

    /** The same, for a flight that has departed already, at this commit position. */
    void awaitShown(long departed, Duration promised) throws Exception {
        Await.until(LONGEST, () -> "a flight that departed after this fault is shown: " + what, () -> shows(departed));
        long now = System.nanoTime();
        long sinceEnd = TimeUnit.NANOSECONDS.toMillis(now - endedNanos);
        System.out.println("fault " + what + ": progress after " + TimeUnit.NANOSECONDS.toMillis(now - beganNanos)
                + " ms" + (endedNanos == beganNanos ? "" : ", " + sinceEnd + " ms after its end"));
        assertThat(sinceEnd).as(what).isLessThanOrEqualTo(2 * promised.toMillis());
    }

    private boolean shows(long commitPosition) {
        try {
            String position = rig.ask(
                    "SELECT min(coalesce(split_part(position, '/', 1), '0')::numeric)" + " FROM millrace.checkpoints");
            return !position.isEmpty() && Long.parseUnsignedLong(position) >= commitPosition;
        } catch (SQLException serverIsAway) {
            return false;
        }
    }
}
