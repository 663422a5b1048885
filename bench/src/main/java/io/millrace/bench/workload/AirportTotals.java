package io.millrace.bench.workload;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.examples.AirportDepartures;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.SameDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A row per airport: three increments and a maximum an event; some two hundred rows. */
public final class AirportTotals implements Workload {
    private static final SameDecoder<Flight> DECODER = new SameDecoder<>(Flight.class);

    record Flight(
            String origin,
            @JsonProperty("delay_min") int delayMinutes,
            @JsonProperty("distance_mi") int distanceMiles) {}

    @Override
    public String name() {
        return "airports";
    }

    @Override
    public Projection projection() {
        return AirportDepartures.AIRPORT_DEPARTURES;
    }

    @Override
    public String table() {
        return "airport_departures";
    }

    @Override
    public String createTable(String schema) {
        return "CREATE TABLE " + schema + ".airport_departures (origin text PRIMARY KEY, flights bigint,"
                + " delay_sum bigint, delay_max integer, distance_sum bigint)";
    }

    @Override
    public String upsert(String schema) {
        return "INSERT INTO " + schema + ".airport_departures AS t VALUES (?, 1, ?, ?, ?)" + onConflict();
    }

    @Override
    public void bind(PreparedStatement upsert, EventEnvelope event) throws SQLException {
        Flight flight = DECODER.decode(event);
        upsert.setString(1, flight.origin());
        upsert.setLong(2, flight.delayMinutes());
        upsert.setInt(3, flight.delayMinutes());
        upsert.setLong(4, flight.distanceMiles());
    }

    @Override
    public String insertFolded(String schema) {
        return "INSERT INTO " + schema + ".airport_departures AS t"
                + " SELECT * FROM unnest(?::text[], ?::int8[], ?::int8[], ?::int4[], ?::int8[])";
    }

    @Override
    public String onConflict() {
        return " ON CONFLICT (origin) DO UPDATE SET flights = t.flights + excluded.flights,"
                + " delay_sum = t.delay_sum + excluded.delay_sum,"
                + " delay_max = greatest(t.delay_max, excluded.delay_max),"
                + " distance_sum = t.distance_sum + excluded.distance_sum";
    }

    @Override
    public List<String> expectedRows(List<EventEnvelope> events) {
        Map<String, Totals> rows = new HashMap<>();
        events.forEach(event -> {
            Flight flight = DECODER.decode(event);
            rows.computeIfAbsent(flight.origin(), origin -> new Totals()).add(flight);
        });
        return rows.entrySet().stream()
                .map(row -> "(%s,%d,%d,%d,%d)"
                        .formatted(
                                row.getKey(),
                                row.getValue().flights,
                                row.getValue().delaySum,
                                row.getValue().delayMax,
                                row.getValue().distanceSum))
                .toList();
    }

    @Override
    public Fold newFold() {
        return new TotalsFold();
    }

    private static final class Totals {
        private long flights;
        private long delaySum;
        private int delayMax = Integer.MIN_VALUE;
        private long distanceSum;

        void add(Flight flight) {
            flights++;
            delaySum += flight.delayMinutes();
            delayMax = Math.max(delayMax, flight.delayMinutes());
            distanceSum += flight.distanceMiles();
        }
    }

    private static final class TotalsFold implements Fold {
        private final Map<String, Totals> rows = new HashMap<>();

        @Override
        public void add(EventEnvelope event) {
            Flight flight = DECODER.decode(event);
            Totals totals = rows.get(flight.origin());
            if (totals == null) {
                totals = new Totals();
                rows.put(flight.origin(), totals);
            }
            totals.add(flight);
        }

        @Override
        public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
            int size = rows.size();
            String[] origins = new String[size];
            long[] flights = new long[size];
            long[] delaySums = new long[size];
            int[] delayMaxima = new int[size];
            long[] distanceSums = new long[size];
            int i = 0;
            for (Map.Entry<String, Totals> row : rows.entrySet()) {
                origins[i] = row.getKey();
                flights[i] = row.getValue().flights;
                delaySums[i] = row.getValue().delaySum;
                delayMaxima[i] = row.getValue().delayMax;
                distanceSums[i] = row.getValue().distanceSum;
                i++;
            }
            int at = first;
            statement.setArray(at++, connection.createArrayOf("text", origins));
            statement.setObject(at++, flights);
            statement.setObject(at++, delaySums);
            statement.setObject(at++, delayMaxima);
            statement.setObject(at++, distanceSums);
            return at;
        }

        @Override
        public void clear() {
            rows.clear();
        }
    }
}
