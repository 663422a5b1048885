package io.millrace.bench.workload;

import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.SameDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Large documents: per airport one, which grows to some 9 kB: the last departure to each destination, patched by each
 * flight. Nobody has to patch deeper than one level, so that by hand {@code ||} does.
 */
public final class AirportBoards implements Workload {
    private static final SameDecoder<Flight> DECODER = new SameDecoder<>(Flight.class);

    private static final ReadModel MODEL = ReadModel.table("airport_boards")
            .key("origin", TEXT)
            .column("board", JSONB)
            .build();

    private static final Projection PROJECTION = Projection.named("airport-boards")
            .fromStreamsStartingWith("flight-")
            .into(MODEL)
            .on(
                    "FlightDeparted",
                    Flight.class,
                    (flight, rows) ->
                            rows.row(flight.origin()).merge("board", Map.of(flight.destination(), flight.entry())))
            .build();

    record Entry(String at, int delay, int miles) {}

    record Flight(
            @JsonProperty("departed_at") String departedAt,
            String origin,
            String destination,
            @JsonProperty("delay_min") int delayMinutes,
            @JsonProperty("distance_mi") int distanceMiles) {
        Entry entry() {
            return new Entry(departedAt, delayMinutes, distanceMiles);
        }

        /** As jsonb shows it. */
        String member() {
            return "\"" + destination + "\": {\"at\": \"" + departedAt + "\", \"delay\": " + delayMinutes
                    + ", \"miles\": " + distanceMiles + "}";
        }
    }

    @Override
    public String name() {
        return "documents";
    }

    @Override
    public Projection projection() {
        return PROJECTION;
    }

    @Override
    public String table() {
        return "airport_boards";
    }

    @Override
    public String rowText() {
        return "t.origin || ' ' || t.board";
    }

    @Override
    public String createTable(String schema) {
        return "CREATE TABLE " + schema + ".airport_boards (origin text PRIMARY KEY, board jsonb)";
    }

    @Override
    public String upsert(String schema) {
        return "INSERT INTO " + schema + ".airport_boards AS t VALUES (?, ?::jsonb)" + onConflict();
    }

    @Override
    public void bind(PreparedStatement upsert, EventEnvelope event) throws SQLException {
        Flight flight = DECODER.decode(event);
        upsert.setString(1, flight.origin());
        upsert.setString(2, "{" + flight.member() + "}");
    }

    @Override
    public String insertFolded(String schema) {
        return "INSERT INTO " + schema + ".airport_boards AS t SELECT * FROM unnest(?::text[], ?::text[]::jsonb[])";
    }

    @Override
    public String onConflict() {
        return " ON CONFLICT (origin) DO UPDATE SET board = t.board || excluded.board";
    }

    @Override
    public List<String> expectedRows(List<EventEnvelope> events) {
        Map<String, Map<String, String>> boards = new TreeMap<>();
        for (EventEnvelope event : events) {
            Flight flight = DECODER.decode(event);
            boards.computeIfAbsent(flight.origin(), origin -> new TreeMap<>())
                    .put(flight.destination(), flight.member());
        }
        return boards.entrySet().stream()
                .map(board -> board.getKey() + " "
                        + board.getValue().values().stream().collect(Collectors.joining(", ", "{", "}")))
                .toList();
    }

    @Override
    public Fold newFold() {
        return new BoardFold();
    }

    private static final class BoardFold implements Fold {
        private final Map<String, Map<String, Flight>> boards = new HashMap<>();

        @Override
        public void add(EventEnvelope event) {
            Flight flight = DECODER.decode(event);
            boards.computeIfAbsent(flight.origin(), origin -> new HashMap<>()).put(flight.destination(), flight);
        }

        @Override
        public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
            String[] origins = new String[boards.size()];
            String[] patches = new String[boards.size()];
            int i = 0;
            for (Map.Entry<String, Map<String, Flight>> board : boards.entrySet()) {
                origins[i] = board.getKey();
                patches[i] = board.getValue().values().stream()
                        .map(Flight::member)
                        .collect(Collectors.joining(",", "{", "}"));
                i++;
            }
            statement.setArray(first, connection.createArrayOf("text", origins));
            statement.setArray(first + 1, connection.createArrayOf("text", patches));
            return first + 2;
        }

        @Override
        public void clear() {
            boards.clear();
        }
    }
}
