package io.millrace.bench.machine;

import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What was used so far, or between two looks.
 *
 * @param client CPU time of this process
 * @param database CPU time of PostgreSQL, all of its processes
 * @param roundTrips of this process's connections to PostgreSQL
 * @param commits transactions that wrote
 * @param peakHeapMiB the most of this process's heap between the looks, garbage included; likewise what was resident
 */
public record Usage(
        Duration elapsed,
        Duration client,
        Duration database,
        long roundTrips,
        long commits,
        long walBytes,
        double peakHeapMiB,
        double peakResidentMiB) {

    /** Looks: at the clock last. */
    public static Usage before(Database database) throws SQLException {
        Memory.forget();
        return look(database, 0);
    }

    private static Usage look(Database database, long nanos) throws SQLException {
        long commits = database.writingTransactions();
        long walBytes = database.walBytes();
        Duration server = database.cpu();
        long roundTrips = CountingSocketFactory.roundTrips();
        Duration client = ownCpu();
        return new Usage(
                Duration.ofNanos(nanos == 0 ? System.nanoTime() : nanos),
                client,
                server,
                roundTrips,
                commits,
                walBytes,
                Memory.peakHeapMiB(),
                Memory.peakResidentMiB());
    }

    /** Looks again: at the clock first. */
    public static Usage since(Usage before, Database database) throws SQLException {
        Usage now = look(database, System.nanoTime());
        return new Usage(
                now.elapsed.minus(before.elapsed),
                now.client.minus(before.client),
                now.database.minus(before.database),
                now.roundTrips - before.roundTrips,
                now.commits - before.commits,
                now.walBytes - before.walBytes,
                now.peakHeapMiB,
                now.peakResidentMiB);
    }

    private static Duration ownCpu() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Duration.ofNanos(system.getProcessCpuTime());
    }
}
