package io.millrace.examples;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * 20,000 real departures of US domestic flights, January 2001, as published by the US Bureau of Transportation
 * Statistics; see NOTICE.md beside the data.
 */
public final class SampleFlights {
    private static final String FILE = "flights-20k.csv.gz";
    private static final int COLUMNS = 5;

    private SampleFlights() {}

    /** The rows as they are: CSV with a line of column names, gzipped. To be closed by the caller. */
    public static InputStream gzippedCsv() {
        return Objects.requireNonNull(SampleFlights.class.getResourceAsStream(FILE), FILE);
    }

    /** One {@code FlightDeparted} a row, in the file's order, in the stream of the airport of origin. */
    public static List<SampleEvent> events() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(gzippedCsv()), StandardCharsets.UTF_8))) {
            return lines.lines().skip(1).map(SampleFlights::event).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("expected flights that can be read: resource=" + FILE, e);
        }
    }

    /** Our own file: no quotes, no commas in its values. */
    private static SampleEvent event(String line) {
        String[] values = line.split(",", COLUMNS);
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("departed_at", values[0])
                .put("origin", values[1])
                .put("destination", values[2])
                .put("delay_min", Integer.parseInt(values[3]))
                .put("distance_mi", Integer.parseInt(values[4]));
        return new SampleEvent("flight-" + values[1], "FlightDeparted", data.toString());
    }
}
