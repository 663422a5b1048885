package io.millrace.cost;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a rung took of a real PostgreSQL, per 1,000 handled events.
 *
 * @param runs how many runs came to their end, so that they count
 * @param figures medians and spreads; what could not be measured is not there
 */
public record MeasuredRung(int rung, String name, int runs, Map<Metric, Spread> figures) {

    /** What is measured. */
    public enum Metric {
        ROUND_TRIPS,
        STATEMENTS,
        COMMITS,
        /** Inserted, updated or deleted, the checkpoint's among them. */
        ROWS,
        WAL_BYTES,
        /** Dead tuples left behind. */
        DEAD_TUPLES,
        /** Of the server's process that serves the connection, in milliseconds. */
        SERVER_CPU_MS,
        /** Of the thread that reads, folds and flushes, in milliseconds. */
        CLIENT_CPU_MS,
        SECONDS
    }

    public MeasuredRung {
        figures = figures.isEmpty() ? Map.of() : new EnumMap<>(figures);
    }

    /** One of the figures; empty if it was not measured. */
    public Optional<Spread> figure(Metric metric) {
        return Optional.ofNullable(figures.get(metric));
    }
}
