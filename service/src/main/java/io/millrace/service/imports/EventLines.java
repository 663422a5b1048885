package io.millrace.service.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads a file as the events that it would be in a store, without one; positions count from 1. Without a type, each
 * line is a whole event: {@code {"type":"VideoViewed","stream":"viewer-1","data":{…},"created":"2026-01-31T12:00:00Z"}},
 * of which type and data are required. With one, each row is the data of an event, as {@link Importer} makes it.
 */
public final class EventLines {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final byte[] NO_METADATA = new byte[0];

    private final Optional<Template> type;
    private final Template stream;
    private final Map<String, Long> revisions = new HashMap<>();

    /**
     * @param type the events' type; empty if each line says its own
     * @param stream the stream of rows that don't say theirs
     */
    public EventLines(Optional<Template> type, Template stream) {
        this.type = type;
        this.stream = stream;
    }

    /**
     * Reads the events, at most so many.
     *
     * @throws BadLineException if a line cannot be read as an event
     */
    public List<EventEnvelope> read(InputFile file, int atMost) throws IOException {
        List<EventEnvelope> events = new ArrayList<>();
        try (Rows rows = file.rows(',', ColumnTyping.BY_LOOK)) {
            Optional<Row> row = rows.next();
            while (row.isPresent() && events.size() < atMost) {
                events.add(type.isPresent() ? dataOf(row.get(), type.get()) : wholeEvent(row.get()));
                row = rows.next();
            }
        }
        return events;
    }

    private EventEnvelope dataOf(Row row, Template ofType) {
        return event(row, ofType.fillIn(row), stream.fillIn(row), Instant.EPOCH, row.json());
    }

    private EventEnvelope wholeEvent(Row row) {
        JsonNode data = parse(row).path("data");
        Optional<String> itsType = row.columns().apply("type");
        if (itsType.isEmpty() || data.isMissingNode()) {
            throw new BadLineException(
                    row.line(),
                    "expected an event, {\"type\":\"…\",\"data\":{…}}; if the lines are data alone, name their --type");
        }
        return event(
                row,
                itsType.get(),
                row.columns().apply("stream").orElseGet(stream::toString),
                row.columns()
                        .apply("created")
                        .map(created -> instant(row, created))
                        .orElse(Instant.EPOCH),
                data.toString());
    }

    private static JsonNode parse(Row row) {
        try {
            return JSON.readTree(row.json());
        } catch (JsonProcessingException e) {
            throw new BadLineException(row.line(), "not well-formed JSON", e);
        }
    }

    private static Instant instant(Row row, String created) {
        try {
            return Instant.parse(created);
        } catch (DateTimeParseException e) {
            throw new BadLineException(
                    row.line(), "`created` must be a time like 2026-01-31T12:00:00Z: created=" + created, e);
        }
    }

    private EventEnvelope event(Row row, String itsType, String itsStream, Instant created, String data) {
        long revision = revisions.merge(itsStream, 1L, Long::sum) - 1;
        return new EventEnvelope(
                new UUID(0, row.number()),
                itsType,
                itsStream,
                revision,
                Position.inLog(row.number(), row.number()),
                created,
                data.getBytes(StandardCharsets.UTF_8),
                NO_METADATA);
    }
}
