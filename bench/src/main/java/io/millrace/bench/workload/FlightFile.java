package io.millrace.bench.workload;

import io.millrace.checkpoint.Position;
import io.millrace.examples.SampleEvent;
import io.millrace.examples.SampleFlights;
import io.millrace.projections.EventEnvelope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

/**
 * Real flights as events in memory: the 20,000 of the examples, or a file of the same form, again and again, a month
 * later each time.
 */
public final class FlightFile {
    private static final Instant CREATED = Instant.parse("2001-01-01T00:00:00Z");
    private static final byte[] NO_METADATA = {};
    private static final int COLUMNS = 5;
    private static final YearMonth DAYS_OF_FIRST = YearMonth.of(2001, 1);
    private static final String DAYS_OF = DAYS_OF_FIRST + "-";

    private FlightFile() {}

    /**
     * So many events, from the first flight on.
     *
     * @param file gzipped CSV, with the columns of the example's file; empty for that one
     */
    public static List<EventEnvelope> events(Optional<Path> file, int count) throws IOException {
        List<SampleEvent> flights = file.isPresent() ? read(file.get(), count) : SampleFlights.events();
        Map<String, Long> revisions = new HashMap<>();
        List<EventEnvelope> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            SampleEvent flight = flights.get(i % flights.size());
            events.add(new EventEnvelope(
                    new UUID(1, i),
                    flight.type(),
                    flight.stream(),
                    revisions.merge(flight.stream(), 1L, Long::sum) - 1,
                    Position.inLog(100L + i, 100L + i),
                    CREATED,
                    data(flight, i / flights.size()),
                    NO_METADATA));
        }
        return events;
    }

    /** Each time again they depart a month later, so that there are as many days as in a long file. */
    private static byte[] data(SampleEvent flight, int again) {
        String data =
                again == 0 ? flight.data() : flight.data().replace(DAYS_OF, DAYS_OF_FIRST.plusMonths(again) + "-");
        return data.getBytes(StandardCharsets.UTF_8);
    }

    private static List<SampleEvent> read(Path file, int count) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            return lines.lines().skip(1).limit(count).map(FlightFile::flight).toList();
        }
    }

    /** As {@link SampleFlights} writes it. */
    private static SampleEvent flight(String line) {
        String[] values = line.split(",", COLUMNS);
        String data =
                "{\"departed_at\":\"%s\",\"origin\":\"%s\",\"destination\":\"%s\",\"delay_min\":%s,\"distance_mi\":%s}"
                        .formatted((Object[]) values);
        return new SampleEvent("flight-" + values[1], "FlightDeparted", data);
    }
}
