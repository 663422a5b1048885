package io.millrace.it.faults;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.projections.ReadModel;
import java.util.List;

/** A second projection of the flights, for {@link Rig.PROJECTION} to be read together with. */
public final class DeparturesAgain implements ProjectionProvider {
    static final String NAME = "airport-departures-again";

    record FlightDeparted(String origin) {}

    @Override
    public List<Projection> projections() {
        ReadModel departures = ReadModel.table("airport_departures_again")
                .key("origin", TEXT)
                .column("flights", BIGINT)
                .build();
        return List.of(Projection.named(NAME)
                .fromStreamsStartingWith("flight-")
                .into(departures)
                .on(
                        "FlightDeparted",
                        FlightDeparted.class,
                        (flight, rows) -> rows.row(flight.origin()).increment("flights", 1))
                .build());
    }
}
