package io.millrace.bench.engines;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.bench.machine.Usage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What every contender took, for people and for programs. */
final class LapTable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> COLUMNS = List.of(
            "events",
            "rate",
            "least",
            "most",
            "clientMicros",
            "postgresMicros",
            "roundTripsPerThousand",
            "commitsPerThousand",
            "walBytesPerThousand");

    private final String workload;
    private final List<Map<String, Object>> rows;

    LapTable(String workload, List<Laps> all) {
        this.workload = workload;
        this.rows = all.stream().map(LapTable::row).toList();
    }

    private static Map<String, Object> row(Laps laps) {
        Spread rates = laps.rates();
        List<Double> values = List.of(
                (double) laps.events(),
                rates.median(),
                rates.least(),
                rates.most(),
                laps.cpu(Usage::client).median(),
                laps.cpu(Usage::database).median(),
                laps.perThousandEvents(Usage::roundTrips).median(),
                laps.perThousandEvents(Usage::commits).median(),
                laps.perThousandEvents(Usage::walBytes).median());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", laps.contender().name());
        IntStream.range(0, COLUMNS.size()).forEach(i -> row.put(COLUMNS.get(i), values.get(i)));
        return row;
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%-26s %9s | %10s %10s %10s | %9s %9s | %9s %9s %9s%n",
                workload,
                "events",
                "median/s",
                "least",
                "most",
                "µs client",
                "µs PG",
                "trips/k",
                "commits/k",
                "WAL/k");
        rows.forEach(row -> out.printf(
                Locale.ROOT,
                "%-26s %,9.0f | %,10.0f %,10.0f %,10.0f | %9.2f %9.2f | %9.2f %9.2f %,9.0f%n",
                row.values().toArray()));
    }

    /** As {@code engines-WORKLOAD.json}: an array of objects. */
    void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("engines-" + workload + ".json"), JSON.writeValueAsBytes(rows));
    }
}
