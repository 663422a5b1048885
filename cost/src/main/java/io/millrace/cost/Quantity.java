package io.millrace.cost;

import java.time.Duration;
import java.util.Locale;

/** How amounts are written for people. */
public final class Quantity {
    private Quantity() {}

    /** {@code 1 event}, {@code 3,500 events}. */
    public static String events(long count) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "event" : "events");
    }

    /** {@code 512 B}, {@code 63 KiB}, {@code 1.4 MiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%,d KiB", Math.round(bytes / 1024.0))
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }

    /** {@code 0}, {@code 250 ms}, {@code 1.5 s}, {@code 2 min}. */
    public static String time(Duration time) {
        long ms = time.toMillis();
        if (ms == 0) {
            return time.isZero() ? "0" : "under 1 ms";
        }
        if (ms < 1_000) {
            return ms + " ms";
        }
        if (ms % 60_000 == 0) {
            return ms / 60_000 + " min";
        }
        return ms % 1_000 == 0 ? ms / 1_000 + " s" : String.format(Locale.ROOT, "%.1f s", ms / 1_000.0);
    }
}
