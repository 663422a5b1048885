package io.millrace.bench.figures;

import io.millrace.bench.engines.Spread;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One measured number, beside what it must reach.
 *
 * @param name what was measured, in words
 * @param spread the value of each round; its median counts
 * @param unit of the values; "×" for a ratio
 * @param target what the median must reach; empty if nothing was promised
 * @param atLeast whether the target is the least that will do; else the most
 */
public record Figure(String name, Spread spread, String unit, OptionalDouble target, boolean atLeast) {
    public Figure {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spread, "spread");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(target, "target");
    }

    public static Figure of(String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.empty(), true);
    }

    public static Figure atLeast(double target, String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.of(target), true);
    }

    public static Figure atMost(double target, String name, Spread spread, String unit) {
        return new Figure(name, spread, unit, OptionalDouble.of(target), false);
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
                verdict());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
    }

    /** One line for programs. */
    String json() {
        return String.format(
                Locale.ROOT,
                "{\"name\":\"%s\",\"value\":%s,\"least\":%s,\"most\":%s,\"rounds\":%s,\"unit\":\"%s\",\"target\":%s,"
                        + "\"atLeast\":%s,\"verdict\":\"%s\"}",
                name,
                spread.median(),
                spread.least(),
                spread.most(),
                spread.values(),
                unit,
                target.isEmpty() ? "null" : Double.toString(target.getAsDouble()),
                atLeast,
                verdict());
    }
}
