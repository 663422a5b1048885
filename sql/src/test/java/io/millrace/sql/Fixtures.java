package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionBuilder;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Projections and batches for tests, made through the API that users have. */
final class Fixtures {
    static final ReadModel VIEWS = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();

    private Fixtures() {}

    static Projection projection(String name, ReadModel... tables) {
        return described(name, tables).build();
    }

    static ProjectionBuilder described(String name, ReadModel... tables) {
        return Projection.named(name).into(tables).on("Happened", JsonNode.class, (event, rows) -> {});
    }

    /** What a handler does, folded as the projector folds it: raw SQL ends a segment. */
    static ChangeSet changes(ReadModel table, Consumer<Rows> handler) {
        return changes(List.of(table), List.of(handler));
    }

    /** What a handler does, event by event. */
    static ChangeSet changes(List<ReadModel> tables, List<Consumer<Rows>> events) {
        List<Segment> segments = new ArrayList<>();
        Map<ReadModel, Map<io.millrace.projections.RowKey, io.millrace.projections.RowChange>> rows =
                new LinkedHashMap<>();
        long changes = 0;
        for (Consumer<Rows> event : events) {
            for (Effect effect : effects(tables, event)) {
                changes++;
                if (effect instanceof Effect.OnRow onRow) {
                    rows.computeIfAbsent(onRow.readModel(), table -> new LinkedHashMap<>())
                            .merge(onRow.key(), onRow.change(), (one, next) -> one.then(next, onRow.readModel()));
                } else {
                    if (!rows.isEmpty()) {
                        segments.add(new Segment.Rows(new LinkedHashMap<>(rows)));
                        rows.clear();
                    }
                    segments.add(new Segment.Raw((Effect.RawSql) effect));
                }
            }
        }
        if (!rows.isEmpty()) {
            segments.add(new Segment.Rows(rows));
        }
        return new ChangeSet(segments, changes);
    }

    private static List<Effect> effects(List<ReadModel> tables, Consumer<Rows> handler) {
        return Projection.named("any")
                .into(tables.toArray(new ReadModel[0]))
                .alsoWrites("elsewhere")
                .on("Happened", JsonNode.class, (event, rows) -> handler.accept(rows))
                .build()
                .effectsOf(event(0));
    }

    static EventEnvelope event(long position) {
        return new EventEnvelope(
                new UUID(7, position),
                "Happened",
                "stream-1",
                position,
                Position.inLog(position, position),
                Instant.EPOCH,
                "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                new byte[0]);
    }

    static Batch batch(Projection projection, long position, ChangeSet changes) {
        return batch(projection.name(), position, changes);
    }

    static Batch batch(String projection, long position, ChangeSet changes) {
        return new Batch(
                projection,
                position,
                FlushReason.SIZE,
                changes,
                Position.inLog(position, position),
                Optional.of(new HandledEvent(Position.inLog(position, position), new UUID(7, position))),
                List.of(event(position)));
    }

    /** A batch that counts one view of each viewer. */
    static Batch views(Projection projection, long position, String... viewers) {
        return batch(projection, position, changes(VIEWS, rows -> {
            for (String viewer : viewers) {
                rows.row(viewer).increment("views", 1);
            }
        }));
    }
}
