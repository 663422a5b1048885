package io.millrace.bench.figures;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.bench.engines.Spread;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One measured number, beside what it must reach.
 *
 * @param name what was measured, in words
 * @param spread the value of each round; its median counts
 * @param unit of the values; "×" for a ratio
 * @param target what the median must reach; empty if nothing was promised
 * @param atLeast whether the target is the least that will do; else the most
 * @param note what else must be said, as sentences; empty if nothing
 */
public record Figure(String name, Spread spread, String unit, OptionalDouble target, boolean atLeast, String note) {
    private static final JsonMapper JSON = new JsonMapper();

    public Figure {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spread, "spread");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(note, "note");
    }

    public static Figure of(String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.empty(), true, "");
    }

    public static Figure atLeast(double target, String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.of(target), true, "");
    }

    public static Figure atMost(double target, String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.of(target), false, "");
    }

    /** What could not be measured, and why: a promise that is missed. */
    public static Figure failed(String name, String sentence) {
        return allOf(1, name, 0, sentence);
    }

    /**
     * A promise that all of so many come to a good end.
     *
     * @param note what became of the others, as sentences; empty if there are none
     */
    public static Figure allOf(int all, String name, int well, String note) {
        return new Figure(name, new Spread(List.of((double) well)), "of " + all, OptionalDouble.of(all), true, note);
    }

    /** {@code reached}, {@code missed}, or nothing where nothing was promised. */
    public String verdict() {
        if (target.isEmpty()) {
            return "";
        }
        boolean reached = atLeast ? spread.median() >= target.getAsDouble() : spread.median() <= target.getAsDouble();
        return reached ? "reached" : "missed";
    }

    /** One line for people. */
    String line() {
        String promised = target.isEmpty()
                ? ""
                : String.format(Locale.ROOT, "%s %s", atLeast ? "at least" : "at most", number(target.getAsDouble()));
        return String.format(
                        Locale.ROOT,
                        "%-72s %10s %-8s (%s – %s) %14s %s",
                        name,
                        number(spread.median()),
                        unit,
                        number(spread.least()),
                        number(spread.most()),
                        promised,
                        verdict())
                + (note.isEmpty() ? "" : System.lineSeparator() + "    " + note);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
    }

    /** One line for programs. */
    String json() throws IOException {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("value", spread.median());
        json.put("least", spread.least());
        json.put("most", spread.most());
        json.put("rounds", spread.values());
        json.put("unit", unit);
        json.put("target", target.isEmpty() ? null : target.getAsDouble());
        json.put("atLeast", atLeast);
        json.put("verdict", verdict());
        json.put("note", note);
        return JSON.writeValueAsString(json);
    }
}
