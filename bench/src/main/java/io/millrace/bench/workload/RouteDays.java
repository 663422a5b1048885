package io.millrace.bench.workload;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.DATE;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.SameDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Many keys: a row per route and day, which gets a few events only. */
public final class RouteDays implements Workload {
    private static final SameDecoder<Flight> DECODER = new SameDecoder<>(Flight.class);
    private static final int DAY = 10;

    private static final ReadModel MODEL = ReadModel.table("route_days")
            .key("origin", TEXT)
            .key("destination", TEXT)
            .key("day", DATE)
            .column("flights", BIGINT)
            .column("delay_sum", BIGINT)
            .build();

    private static final Projection PROJECTION = Projection.named("route-days")
            .fromStreamsStartingWith("flight-")
            .into(MODEL)
            .on(
                    "FlightDeparted",
                    Flight.class,
                    (flight, rows) -> rows.row(flight.origin(), flight.destination(), LocalDate.parse(flight.day()))
                            .increment("flights", 1)
                            .increment("delay_sum", flight.delayMinutes()))
            .build();

    record Flight(
            @JsonProperty("departed_at") String departedAt,
            String origin,
            String destination,
            @JsonProperty("delay_min") int delayMinutes) {
        String day() {
            return departedAt.substring(0, DAY);
        }

        Key key() {
            return new Key(origin, destination, day());
        }
    }

    private record Key(String origin, String destination, String day) {}

    @Override
    public String name() {
        return "routes";
    }

    @Override
    public Projection projection() {
        return PROJECTION;
    }

    @Override
    public String table() {
        return "route_days";
    }

    @Override
    public String createTable(String schema) {
        return "CREATE TABLE " + schema + ".route_days (origin text, destination text, day date, flights bigint,"
                + " delay_sum bigint, PRIMARY KEY (origin, destination, day))";
    }

    @Override
    public String upsert(String schema) {
        return "INSERT INTO " + schema + ".route_days AS t VALUES (?, ?, ?::date, 1, ?)" + onConflict();
    }

    @Override
    public void bind(PreparedStatement upsert, EventEnvelope event) throws SQLException {
        Flight flight = DECODER.decode(event);
        upsert.setString(1, flight.origin());
        upsert.setString(2, flight.destination());
        upsert.setString(3, flight.day());
        upsert.setLong(4, flight.delayMinutes());
    }

    @Override
    public String insertFolded(String schema) {
        return "INSERT INTO " + schema + ".route_days AS t"
                + " SELECT * FROM unnest(?::text[], ?::text[], ?::text[]::date[], ?::int8[], ?::int8[])";
    }

    @Override
    public String onConflict() {
        return " ON CONFLICT (origin, destination, day) DO UPDATE SET flights = t.flights + excluded.flights,"
                + " delay_sum = t.delay_sum + excluded.delay_sum";
    }

    @Override
    public List<String> expectedRows(List<EventEnvelope> events) {
        Map<String, long[]> rows = new TreeMap<>();
        for (EventEnvelope event : events) {
            Flight flight = DECODER.decode(event);
            String key = flight.origin() + "," + flight.destination() + "," + flight.day();
            long[] sums = rows.computeIfAbsent(key, absent -> new long[2]);
            sums[0]++;
            sums[1] += flight.delayMinutes();
        }
        return rows.entrySet().stream()
                .map(row -> "(" + row.getKey() + "," + row.getValue()[0] + "," + row.getValue()[1] + ")")
                .toList();
    }

    @Override
    public Fold newFold() {
        return new RouteFold();
    }

    private static final class RouteFold implements Fold {
        private final Map<Key, long[]> rows = new HashMap<>();

        @Override
        public void add(EventEnvelope event) {
            Flight flight = DECODER.decode(event);
            long[] sums = rows.computeIfAbsent(flight.key(), key -> new long[2]);
            sums[0]++;
            sums[1] += flight.delayMinutes();
        }

        @Override
        public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
            int size = rows.size();
            String[] origins = new String[size];
            String[] destinations = new String[size];
            String[] days = new String[size];
            long[] flights = new long[size];
            long[] delaySums = new long[size];
            int i = 0;
            for (Map.Entry<Key, long[]> row : rows.entrySet()) {
                origins[i] = row.getKey().origin();
                destinations[i] = row.getKey().destination();
                days[i] = row.getKey().day();
                flights[i] = row.getValue()[0];
                delaySums[i] = row.getValue()[1];
                i++;
            }
            int at = first;
            statement.setArray(at++, connection.createArrayOf("text", origins));
            statement.setArray(at++, connection.createArrayOf("text", destinations));
            statement.setArray(at++, connection.createArrayOf("text", days));
            statement.setObject(at++, flights);
            statement.setObject(at++, delaySums);
            return at;
        }

        @Override
        public void clear() {
            rows.clear();
        }
    }
}
