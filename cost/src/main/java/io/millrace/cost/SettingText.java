package io.millrace.cost;

import java.time.Duration;

/** How values are written in a configuration, so that whoever reads it takes them as they stand. */
public final class SettingText {
    private static final long MS = 1;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 3_600_000;

    private SettingText() {}

    /** {@code each} for none, else {@code within 1500ms}. */
    public static String waiting(Duration wait) {
        return wait.isZero() ? "each" : "within " + duration(wait);
    }

    /** In the largest unit that leaves a whole number: {@code 1500ms}, {@code 2s}, {@code 1m}; of at least 1 ms. */
    public static String duration(Duration time) {
        long ms = Math.max(MS, time.toMillis());
        if (ms % HOUR == 0) {
            return ms / HOUR + "h";
        }
        if (ms % MINUTE == 0) {
            return ms / MINUTE + "m";
        }
        return ms % SECOND == 0 ? ms / SECOND + "s" : ms + "ms";
    }

    /** In the largest unit that leaves a whole number: {@code 4MiB}, {@code 512KiB}, {@code 1000}. */
    public static String bytes(long bytes) {
        if (bytes > 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes > 0 && bytes % (1L << 10) == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }
}
