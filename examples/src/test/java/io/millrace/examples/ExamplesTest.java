package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 20_000})
    void departuresAreThoseThatAnotherEngineComputed(int batchSize) throws IOException {
        List<SampleEvent> flights = SampleFlights.events();
        InMemoryReadModels tables = new InMemoryReadModels();
        for (int from = 0; from < flights.size(); from += batchSize) {
            List<SampleEvent> batch = flights.subList(from, Math.min(from + batchSize, flights.size()));
            fold(AirportDepartures.AIRPORT_DEPARTURES, batch)
                    .forEach((key, change) -> tables.apply(AirportDepartures.DEPARTURES, key, change));
        }

        assertThat(flights).hasSize(20_000);
        assertThat(tables.rows(AirportDepartures.DEPARTURES)).isEqualTo(expectedDepartures());
    }

    @Test
    void referenceViewsEndAsThePriceListSays() {
        List<SampleEvent> events = new ArrayList<>(ReferenceViewing.historic());
        events.addAll(ReferenceViewing.live());
        Map<RowKey, RowChange> changes = fold(ViewsPerViewer.VIEWS_PER_VIEWER, events);
        InMemoryReadModels tables = new InMemoryReadModels();
        changes.forEach((key, change) -> tables.apply(ViewsPerViewer.VIEWS, key, change));

        assertThat(events).hasSize(3_650);
        assertThat(tables.row(ViewsPerViewer.VIEWS, "1")).contains(Map.of("views", 3_500L));
        assertThat(tables.row(ViewsPerViewer.VIEWS, "2")).contains(Map.of("views", 100L));
        assertThat(tables.rows(ViewsPerViewer.VIEWS)).hasSize(2);
    }

    @Test
    void theProgramFindsThem() {
        List<String> names = ServiceLoader.load(ProjectionProvider.class).stream()
                .flatMap(provider -> provider.get().projections().stream())
                .map(Projection::name)
                .toList();

        assertThat(names).containsExactly("views-per-viewer", "airport-departures");
    }

    private static Map<RowKey, RowChange> fold(Projection projection, List<SampleEvent> events) {
        Map<RowKey, RowChange> folded = new HashMap<>();
        for (SampleEvent event : events) {
            if (projection.eventTypes().contains(event.type())) {
                for (Effect effect : projection.effectsOf(envelope(event))) {
                    Effect.OnRow onRow = (Effect.OnRow) effect;
                    folded.merge(onRow.key(), onRow.change(), (before, next) -> before.then(next, onRow.readModel()));
                }
            }
        }
        return folded;
    }

    private static EventEnvelope envelope(SampleEvent event) {
        return new EventEnvelope(
                new UUID(0, 0),
                event.type(),
                event.stream(),
                0,
                Position.inLog(0, 0),
                Instant.EPOCH,
                event.data().getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }

    private static Map<RowKey, Map<String, Object>> expectedDepartures() throws IOException {
        Map<RowKey, Map<String, Object>> rows = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ExamplesTest.class.getResourceAsStream("flights-20k-expected-airports.csv")),
                StandardCharsets.UTF_8))) {
            lines.lines()
                    .skip(1)
                    .map(line -> line.split(",", 5))
                    .forEach(values -> rows.put(
                            new RowKey(List.of(values[0])),
                            Map.of(
                                    "flights", Long.parseLong(values[1]),
                                    "delay_sum", Long.parseLong(values[2]),
                                    "delay_max", Integer.parseInt(values[3]),
                                    "distance_sum", Long.parseLong(values[4]))));
        }
        return rows;
    }
}
