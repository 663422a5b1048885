package io.millrace.bench.engines;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.bench.machine.Usage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What every contender took, for people and for programs. */
public final class LapTable {
    private static final JsonMapper JSON = new JsonMapper();
    private final String name;
    private final List<Row> rows;
    private final List<Refused> refused;

    /** @param name the measurement's and the workload's */
    public LapTable(String name, List<Row> rows) {
        this(name, rows, List.of());
    }

    private LapTable(String name, List<Row> rows, List<Refused> refused) {
        this.name = name;
        this.rows = List.copyOf(rows);
        this.refused = refused;
    }

    static LapTable of(String workload, List<Laps> all, Map<String, String> refused) {
        return new LapTable(
                "engines-" + workload,
                all.stream().map(LapTable::row).toList(),
                refused.entrySet().stream()
                        .map(of -> new Refused(of.getKey(), of.getValue()))
                        .toList());
    }

    /** A contender that cannot run, and what PostgreSQL says to it. */
    record Refused(String name, String refused) {}

    /**
     * Medians over the rounds of one contender.
     *
     * @param events in each round
     * @param rate events a second, with the least and the most
     * @param clientMicros CPU time an event; likewise PostgreSQL's and the event store's, 0 where there is none
     * @param peakHeapMiB of the contender's process in a round, garbage included
     */
    public record Row(
            String name,
            double events,
            double rate,
            double least,
            double most,
            double clientMicros,
            double postgresMicros,
            double storeMicros,
            double roundTripsPerThousand,
            double commitsPerThousand,
            double walBytesPerThousand,
            double peakHeapMiB,
            double peakResidentMiB) {}

    private static Row row(Laps laps) {
        Spread rates = laps.rates();
        return new Row(
                laps.contender().name(),
                laps.events(),
                rates.median(),
                rates.least(),
                rates.most(),
                laps.cpu(Usage::client).median(),
                laps.cpu(Usage::database).median(),
                0,
                laps.perThousandEvents(Usage::roundTrips).median(),
                laps.perThousandEvents(Usage::commits).median(),
                laps.perThousandEvents(Usage::walBytes).median(),
                laps.each(Usage::peakHeapMiB).median(),
                laps.each(Usage::peakResidentMiB).median());
    }

    public void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%-26s %9s | %10s %10s %10s | %9s %9s %9s | %9s %9s %9s | %8s %8s%n",
                name,
                "events",
                "median/s",
                "least",
                "most",
                "µs client",
                "µs PG",
                "µs store",
                "trips/k",
                "commits/k",
                "WAL/k",
                "heap MiB",
                "RSS MiB");
        rows.forEach(row -> out.printf(
                Locale.ROOT,
                "%-26s %,9.0f | %,10.0f %,10.0f %,10.0f | %9.2f %9.2f %9.2f | %9.2f %9.2f %,9.0f | %,8.0f %,8.0f%n",
                row.name(),
                row.events(),
                row.rate(),
                row.least(),
                row.most(),
                row.clientMicros(),
                row.postgresMicros(),
                row.storeMicros(),
                row.roundTripsPerThousand(),
                row.commitsPerThousand(),
                row.walBytesPerThousand(),
                row.peakHeapMiB(),
                row.peakResidentMiB()));
        refused.forEach(row -> out.printf("%-26s refused: %s%n", row.name(), row.refused()));
    }

    /** As {@code NAME.json}: an array of objects, those of {@link Refused} at its end. */
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve(name + ".json"),
                JSON.writeValueAsBytes(
                        Stream.concat(rows.stream(), refused.stream()).toList()));
    }
}
