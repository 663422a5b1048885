package io.millrace.it.faults;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the projection {@code airport-departures} has come to: its rows, sorted by key, and its checkpoint, all as text.
 * From a plain fold over the store's history, or as PostgreSQL has it; the two are compared.
 *
 * @param checkpoint position, position of the last handled event, and that event's id
 */
record Standing(List<String> rows, String checkpoint) {
    static final String PROJECTION = "airport-departures";
    static final Standing NOTHING = new Standing(List.of(), "null null null");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 4_000;
    private static final Position START = new Position(0, 0);

    /** One airport; what a reader of the projection would do by hand. */
    private static final class Airport {
        private long flights;
        private long delaySum;
        private long delayMax = Long.MIN_VALUE;
        private long distanceSum;

        void departed(JsonNode flight) {
            flights++;
            delaySum += flight.get("delay_min").asLong();
            delayMax = Math.max(delayMax, flight.get("delay_min").asLong());
            distanceSum += flight.get("distance_mi").asLong();
        }
    }

    /** Reads the whole history by the official client, and folds it one event at a time. */
    static Standing folded(String eventStore) {
        EventStoreDBClient client = EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(eventStore));
        try {
            return folded(client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            client.shutdown().join();
        }
    }

    private static Standing folded(EventStoreDBClient client) throws IOException {
        Map<String, Airport> airports = new TreeMap<>(); // keys are ASCII: by code unit is by code point
        String checkpoint = NOTHING.checkpoint;
        Position from = START;
        List<ResolvedEvent> page;
        do {
            page = client.readAll(ReadAllOptions.get().fromPosition(from).maxCount(PAGE))
                    .join()
                    .getEvents();
            for (ResolvedEvent resolved : page) {
                RecordedEvent event = resolved.getOriginalEvent();
                Position at = event.getPosition();
                boolean seen = at.equals(from) && !from.equals(START);
                if (!seen && event.getStreamId().startsWith("flight-")) {
                    JsonNode flight = JSON.readTree(event.getEventData());
                    airports.computeIfAbsent(flight.get("origin").asText(), origin -> new Airport())
                            .departed(flight);
                    String position = at.getCommitUnsigned() + "/" + at.getPrepareUnsigned();
                    checkpoint = position + " " + position + " " + event.getEventId();
                }
                from = at;
            }
        } while (page.size() == PAGE);
        List<String> rows = new ArrayList<>();
        airports.forEach((origin, airport) -> rows.add(origin + "," + airport.flights + "," + airport.delaySum + ","
                + airport.delayMax + "," + airport.distanceSum));
        return new Standing(rows, checkpoint);
    }

    /** In one snapshot, so that rows and checkpoint belong together. */
    static Standing inDatabase(Connection connection) throws SQLException {
        String sql =
                "SELECT line FROM (SELECT concat_ws(',', origin, flights, delay_sum, delay_max, distance_sum), origin"
                        + " FROM airport_departures UNION ALL SELECT concat_ws(' ', coalesce(position, 'null'),"
                        + " coalesce(handled_position, 'null'), coalesce(handled_event_id::text, 'null')), NULL"
                        + " FROM millrace.checkpoints WHERE projection = '" + PROJECTION + "') AS lines (line, origin)"
                        + " ORDER BY origin COLLATE \"C\" NULLS LAST";
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (result.next()) {
                lines.add(result.getString(1));
            }
            int last = lines.size() - 1;
            return new Standing(List.copyOf(lines.subList(0, last)), lines.get(last));
        }
    }
}
