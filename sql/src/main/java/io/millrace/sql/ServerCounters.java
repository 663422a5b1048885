package io.millrace.sql;

import java.util.OptionalLong;

/**
 * What PostgreSQL has counted for a {@link MeasuredDatabase} since it began; what cannot be read is empty.
 *
 * @param commits of this database
 * @param rows inserted, updated and deleted, in the read models and in the tables of checkpoints and counters
 * @param walBytes written by the whole server
 * @param deadTuples that are left in those tables
 * @param cpuNanos of the measured session's server process
 */
public record ServerCounters(
        OptionalLong commits, OptionalLong rows, long walBytes, OptionalLong deadTuples, OptionalLong cpuNanos) {

    /** What came since then; of dead tuples, how many more are left. */
    public ServerCounters since(ServerCounters before) {
        return new ServerCounters(
                difference(commits, before.commits),
                difference(rows, before.rows),
                walBytes - before.walBytes,
                difference(deadTuples, before.deadTuples),
                difference(cpuNanos, before.cpuNanos));
    }

    /** What is left of this when what looking costs is taken off. */
    public ServerCounters without(ServerCounters looking) {
        ServerCounters left = since(looking);
        return new ServerCounters(left.commits, left.rows, Math.max(0, left.walBytes), deadTuples, left.cpuNanos);
    }

    private static OptionalLong difference(OptionalLong now, OptionalLong before) {
        return now.isPresent() && before.isPresent()
                ? OptionalLong.of(now.getAsLong() - before.getAsLong())
                : OptionalLong.empty();
    }
}
