package io.millrace.it;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.projections.ReadModel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The projections of these tests, offered to the program as users offer theirs. They count departures as the example
 * does, each from event types of this run alone, since a server that is given may hold what earlier runs wrote.
 */
public final class Departures implements ProjectionProvider {
    record FlightDeparted(
            String origin,
            @JsonProperty("delay_min") int delayMin,
            @JsonProperty("distance_mi") int distanceMi) {}

    /** What a test needs to know of one of them. */
    record Setup(String projection, String table, String eventType) {
        static Setup named(String name) {
            return new Setup(
                    Servers.unique(name), Servers.unique(name.replace('-', '_')), Servers.unique(name + "-departed"));
        }

        String stream(String origin) {
            return eventType + "-" + origin;
        }

        ByHand byHand() {
            return ByHand.flightsBy(
                    "origin",
                    projection,
                    table,
                    "origin",
                    event -> event.getEventType().equals(eventType));
        }

        private Projection build() {
            ReadModel airports = ReadModel.table(table)
                    .key("origin", TEXT)
                    .column("flights", BIGINT)
                    .column("delay_sum", BIGINT)
                    .column("delay_max", INTEGER)
                    .column("distance_sum", BIGINT)
                    .build();
            return Projection.named(projection)
                    .into(airports)
                    .on(
                            eventType,
                            FlightDeparted.class,
                            (flight, rows) -> rows.row(flight.origin())
                                    .increment("flights", 1)
                                    .increment("delay_sum", flight.delayMin())
                                    .max("delay_max", flight.delayMin())
                                    .increment("distance_sum", flight.distanceMi()))
                    .build();
        }
    }

    static final Setup REPLAYED = Setup.named("replayed-departures");
    static final Setup FOLLOWED = Setup.named("followed-departures");
    static final Setup GATHERED = Setup.named("gathered-departures");
    static final Setup CONTESTED = Setup.named("contested-departures");
    static final Setup POISONED = Setup.named("poisoned-departures");

    static final List<Setup> SHARED = Stream.of("shared-one", "shared-two", "shared-three")
            .map(Setup::named)
            .toList();

    /** One for each test of what happens around a program. */
    private static final Map<String, Setup> SURROUNDED = Stream.of(
                    "column-dropped",
                    "column-gone",
                    "table-renamed",
                    "rights-revoked",
                    "index-created",
                    "column-added",
                    "statement-timeout",
                    "no-connection",
                    "few-connections",
                    "enough-connections",
                    "read-only",
                    "disk-full",
                    "slow-database")
            .collect(Collectors.toUnmodifiableMap(name -> name, Setup::named));

    static Setup surrounded(String name) {
        return Optional.ofNullable(SURROUNDED.get(name)).orElseThrow();
    }

    @Override
    public List<Projection> projections() {
        return Stream.of(List.of(REPLAYED, FOLLOWED, GATHERED, CONTESTED, POISONED), SHARED, SURROUNDED.values())
                .flatMap(Collection::stream)
                .map(Setup::build)
                .toList();
    }
}
