package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a projection has come to: its rows, all columns, sorted by key, and its checkpoint, all as text. From a plain fold
 * over the store's history, or as PostgreSQL has it; the two are compared.
 *
 * @param position up to where everything is handled, {@code commit/prepare}
 * @param handled position and id of the last event that was handled
 */
public record Standing(List<String> rows, String position, String handled) {
    public static final Standing NOTHING = new Standing(List.of(), "null", "null null");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 4_000;
    private static final Position START = new Position(0, 0);

    /** Reads the whole history by the official client, and folds it one event at a time. */
    public static Standing folded(String eventStore, ByHand projection) {
        EventStoreDBClient client = EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(eventStore));
        try {
            return folded(client, projection);
        } finally {
            client.shutdown().join();
        }
    }

    static Standing folded(EventStoreDBClient client, ByHand projection) {
        Map<String, long[]> rows = new TreeMap<>(); // keys are ASCII: by code unit is by code point
        String[] last = {"null", "null null"};
        readAfter(START, client, event -> {
            if (projection.handles().test(event)) {
                fold(event, projection, rows);
                last[0] = text(event.getPosition());
                last[1] = last[0] + " " + event.getEventId();
            }
        });
        return new Standing(
                rows.entrySet().stream()
                        .map(row -> line(row.getKey(), row.getValue()))
                        .toList(),
                last[0],
                last[1]);
    }

    /** Where the last event stands that there is; the beginning where there is none. */
    static Position end(EventStoreDBClient client) {
        return client.readAll(ReadAllOptions.get().backwards().fromEnd().maxCount(1)).join().getEvents().stream()
                .findFirst()
                .map(last -> last.getOriginalEvent().getPosition())
                .orElse(START);
    }

    /** Hands over what comes after this position; the beginning is before all. */
    static void readAfter(Position position, EventStoreDBClient client, Consumer<RecordedEvent> reader) {
        Position from = position;
        List<ResolvedEvent> page;
        do {
            page = client.readAll(ReadAllOptions.get().fromPosition(from).maxCount(PAGE))
                    .join()
                    .getEvents();
            for (ResolvedEvent resolved : page) {
                RecordedEvent event = resolved.getOriginalEvent();
                if (!event.getPosition().equals(from) || from.equals(START)) {
                    reader.accept(event);
                }
                from = event.getPosition();
            }
        } while (page.size() == PAGE);
    }

    private static void fold(RecordedEvent event, ByHand projection, Map<String, long[]> rows) {
        try {
            int columns = projection.columns().size() - 1;
            projection
                    .step()
                    .fold(
                            JSON.readTree(event.getEventData()),
                            key -> rows.computeIfAbsent(key, made -> new long[columns]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Position position) {
        return position.getCommitUnsigned() + "/" + position.getPrepareUnsigned();
    }

    private static String line(String key, long[] values) {
        return Stream.concat(Stream.of(key), LongStream.of(values).mapToObj(Long::toString))
                .collect(Collectors.joining(","));
    }

    /** In one snapshot, so that rows and checkpoint belong together. */
    public static Standing inDatabase(Connection connection, ByHand projection) throws SQLException {
        return inDatabase(connection, projection.projection(), projection.table(), projection.columns());
    }

    /** @param columns first the key */
    static Standing inDatabase(Connection connection, String projection, String table, List<String> columns)
            throws SQLException {
        String line = columns.stream()
                .map(column -> "coalesce(" + column + "::text, 'null')")
                .collect(Collectors.joining(" || ',' || "));
        String sql = "SELECT coalesce((SELECT string_agg(" + line + ", E'\\n' ORDER BY " + columns.get(0)
                + " COLLATE \"C\") FROM " + table + "), ''), coalesce(position, 'null'),"
                + " coalesce(handled_position, 'null') || ' ' || coalesce(handled_event_id::text, 'null')"
                + " FROM millrace.checkpoints WHERE projection = '" + projection + "'";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                return NOTHING;
            }
            String rows = row.getString(1);
            return new Standing(
                    rows.isEmpty() ? List.of() : Arrays.asList(rows.split("\n", -1)),
                    row.getString(2),
                    row.getString(3));
        }
    }

    /** Several projections as one. */
    public Standing and(Standing other) {
        List<String> all = new ArrayList<>(rows);
        all.addAll(other.rows);
        return new Standing(all, position + "\n" + other.position, handled + "\n" + other.handled);
    }

    /**
     * Asserts that a projection has come to this. In a log that others write to, too, its checkpoint may have gone on past
     * the last event that it handles.
     */
    void assertReachedBy(Standing actual, String described) {
        assertThat(actual.rows).as(described).isEqualTo(rows);
        assertThat(actual.handled).as(described).isEqualTo(handled);
        assertThat(commit(actual.position)).as(described).isGreaterThanOrEqualTo(commit(position));
    }

    private static long commit(String position) {
        return Long.parseLong(position.replaceAll("/.*", ""));
    }
}
