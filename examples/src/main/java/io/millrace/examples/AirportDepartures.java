package io.millrace.examples;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;

/** Per airport of origin: how many flights departed, how late they were in sum and at most, how far they went. */
public final class AirportDepartures {

    /** A flight left its airport; the delay is negative if it was early. */
    record FlightDeparted(
            String origin,
            @JsonProperty("delay_min") int delayMinutes,
            @JsonProperty("distance_mi") int distanceMiles) {}

    public static final ReadModel DEPARTURES = ReadModel.table("airport_departures")
            .key("origin", TEXT)
            .column("flights", BIGINT)
            .column("delay_sum", BIGINT)
            .column("delay_max", INTEGER)
            .column("distance_sum", BIGINT)
            .build();

    public static final Projection AIRPORT_DEPARTURES = Projection.named("airport-departures")
            .fromStreamsStartingWith("flight-")
            .into(DEPARTURES)
            .on(
                    "FlightDeparted",
                    FlightDeparted.class,
                    (flight, rows) -> rows.row(flight.origin())
                            .increment("flights", 1)
                            .increment("delay_sum", flight.delayMinutes())
                            .max("delay_max", flight.delayMinutes())
                            .increment("distance_sum", flight.distanceMiles()))
            .build();

    private AirportDepartures() {}
}
