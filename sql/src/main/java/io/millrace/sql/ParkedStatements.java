package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.BOOLEAN;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.projections.ColumnType.TIMESTAMPTZ;
import static io.millrace.projections.ColumnType.UUID;

import io.millrace.batching.PoisonEvent;
import io.millrace.batching.SetAside;
import io.millrace.projections.ColumnType;
import io.millrace.projections.EventEnvelope;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The statements that park events, and that remove parked ones; a flush's last before the checkpoint's. No I/O. */
final class ParkedStatements {
    private static final String INSERT = "INSERT INTO millrace.parked_events (projection, stream, revision, position,"
            + " event_id, event_type, created, created_nanos, error, alone, data, metadata)"
            + " SELECT ?::text, e.stream, e.revision, e.position, e.event_id, e.event_type, e.created, e.nanos,"
            + " e.error, e.alone, e.data, e.metadata FROM unnest("
            + String.join(
                    ", ",
                    placeholder(TEXT),
                    placeholder(BIGINT),
                    placeholder(TEXT),
                    placeholder(UUID),
                    placeholder(TEXT),
                    placeholder(TIMESTAMPTZ),
                    placeholder(INTEGER),
                    placeholder(TEXT),
                    placeholder(BOOLEAN),
                    "?::bytea[]",
                    "?::bytea[]")
            + ") WITH ORDINALITY AS e(stream, revision, position, event_id, event_type, created, nanos, error, alone, data,"
            + " metadata, nth) ORDER BY e.nth";

    private static final String DELETE = "DELETE FROM millrace.parked_events WHERE projection = ?::text"
            + " AND sequence = ANY(" + placeholder(BIGINT) + ")";

    private ParkedStatements() {}

    static List<StatementPlan.Planned> of(String projection, SetAside aside) {
        List<StatementPlan.Planned> statements = new ArrayList<>(2);
        if (!aside.settled().isEmpty()) {
            statements.add(planned(
                    DELETE,
                    new Parameter.Raw(projection),
                    new Parameter.Values(BIGINT, new ArrayList<>(aside.settled()))));
        }
        if (!aside.parked().isEmpty()) {
            statements.add(insert(projection, aside.parked()));
        }
        return statements;
    }

    private static StatementPlan.Planned insert(String projection, List<PoisonEvent> parked) {
        return planned(
                INSERT,
                new Parameter.Raw(projection),
                values(TEXT, parked, poison -> StorableText.reversibly(poison.event().stream())),
                values(BIGINT, parked, poison -> poison.event().revision()),
                values(TEXT, parked, poison -> PositionText.of(poison.event().position())),
                values(UUID, parked, poison -> poison.event().eventId()),
                values(
                        TEXT,
                        parked,
                        poison -> StorableText.reversibly(poison.event().type())),
                values(TIMESTAMPTZ, parked, poison -> poison.event().created()),
                values(
                        INTEGER,
                        parked,
                        poison -> nanosBelowMicrosecond(poison.event().created())),
                values(
                        TEXT,
                        parked,
                        poison -> poison.error().map(StorableText::readably).orElse(null)),
                values(BOOLEAN, parked, PoisonEvent::alone),
                bytes(parked, EventEnvelope::data),
                bytes(parked, EventEnvelope::metadata));
    }

    private static int nanosBelowMicrosecond(Instant time) {
        return time.get(ChronoField.NANO_OF_SECOND) % 1_000;
    }

    private static StatementPlan.Planned planned(String text, Parameter... parameters) {
        return new StatementPlan.Planned(text, List.of(parameters), false);
    }

    private static Parameter values(
            ColumnType type, List<PoisonEvent> parked, Function<PoisonEvent, @Nullable Object> value) {
        List<@Nullable Object> values = new ArrayList<>(parked.size());
        parked.forEach(poison -> values.add(value.apply(poison)));
        return new Parameter.Values(type, values);
    }

    private static Parameter bytes(List<PoisonEvent> parked, Function<EventEnvelope, byte[]> value) {
        return new Parameter.Bytes(
                parked.stream().map(PoisonEvent::event).map(value).toList());
    }

    private static String placeholder(ColumnType type) {
        return SqlArrays.placeholder(type);
    }
}
