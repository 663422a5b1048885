package io.millrace.it;

import com.eventstore.dbclient.RecordedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A projection of numbers as a reader of its read model would work it out by hand: one event at a time, without batches,
 * changes or SQL. What the program comes to is compared with it.
 *
 * @param table as SQL names it; perhaps a query in parentheses
 * @param columns all of its columns, first the key
 * @param handles which events
 * @param step what one event does
 */
public record ByHand(
        String projection, String table, List<String> columns, Predicate<RecordedEvent> handles, Step step) {

    /** What one event does to the rows. */
    @FunctionalInterface
    public interface Step {
        /**
         * Adds one event to the rows.
         *
         * @param row of a key: its values so far, zeros where there is none yet
         */
        void fold(JsonNode event, Function<String, long[]> row);
    }

    /** Flights by one of their fields: how many, how late in sum and at most, how far. */
    public static ByHand flightsBy(
            String key, String projection, String table, String column, Predicate<RecordedEvent> handles) {
        return new ByHand(
                projection,
                table,
                List.of(column, "flights", "delay_sum", "delay_max", "distance_sum"),
                handles,
                (flight, rows) -> {
                    long[] row = rows.apply(flight.get(key).asText());
                    long delay = flight.get("delay_min").asLong();
                    row[2] = row[0] == 0 ? delay : Math.max(row[2], delay);
                    row[0]++;
                    row[1] += delay;
                    row[3] += flight.get("distance_mi").asLong();
                });
    }

    /** The example {@code views-per-viewer}. */
    public static ByHand viewsPerViewer() {
        return new ByHand(
                "views-per-viewer",
                "viewer_views",
                List.of("viewer_id", "views"),
                event -> event.getEventType().equals("VideoViewed"),
                (viewed, rows) -> rows.apply(viewed.get("viewerId").asText())[0]++);
    }

    /** The same, read from another table. */
    ByHand readFrom(String other) {
        return new ByHand(projection, other, columns, handles, step);
    }
}
