package io.millrace.service.configuration;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations ({@code 500ms}, {@code 1s}, {@code 2m}, {@code 1h}) and sizes ({@code 4MiB}, {@code 512KiB}). */
public final class Quantities {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12})\\s*([a-z]*)", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Duration> TIMES = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1));
    private static final Map<String, Long> SIZES =
            Map.of("", 1L, "b", 1L, "kb", 1000L, "kib", 1L << 10, "mb", 1_000_000L, "mib", 1L << 20, "gib", 1L << 30);

    /** Longer than anybody waits; what is longer still could not be counted in nanoseconds everywhere. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private Quantities() {}

    public static Duration duration(String text) {
        Matcher amount = AMOUNT.matcher(text.strip());
        Duration unit = amount.matches() ? TIMES.get(unitOf(amount)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("expected a duration like 500ms, 1s or 2m");
        }
        Duration time = unit.multipliedBy(Long.parseLong(amount.group(1)));
        if (time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "expected a duration of at most " + LONGEST.toHours() + "h: `" + text.strip() + "`");
        }
        return time;
    }

    /** How long live events wait for each other: {@code each} not at all, or {@code within 1s}. */
    public static Duration waiting(String text) {
        String[] words = text.strip().toLowerCase(Locale.ROOT).split("\\s+", 2);
        if (words.length == 1 && words[0].equals("each")) {
            return Duration.ZERO;
        }
        if (words.length == 2 && words[0].equals("within")) {
            return duration(words[1]);
        }
        throw new IllegalArgumentException("expected `each`, or `within` and a duration, like `within 1s`");
    }

    static long bytes(String text) {
        Matcher amount = AMOUNT.matcher(text.strip());
        Long unit = amount.matches() ? SIZES.get(unitOf(amount)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("expected a size like 4MiB or 512KiB");
        }
        return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
    }

    private static String unitOf(Matcher amount) {
        return amount.group(2).toLowerCase(Locale.ROOT);
    }
}
