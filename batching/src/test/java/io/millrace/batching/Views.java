package io.millrace.batching;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Videos, and who viewed them: what the projector's tests are fed with. */
final class Views {
    record VideoViewed(String viewer, long times) {}

    static final ReadModel TABLE = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();

    /** Viewer "broken" makes the handler throw; viewer "nobody" changes nothing. */
    static final Projection PROJECTION = Projection.named("views-per-viewer")
            .into(TABLE)
            .on("VideoViewed", VideoViewed.class, (viewed, rows) -> {
                if (viewed.viewer().equals("broken")) {
                    rows.row("1").increment("views", 1_000);
                    throw new IllegalStateException("no such viewer");
                }
                if (!viewed.viewer().equals("nobody")) {
                    rows.row(viewed.viewer()).increment("views", viewed.times());
                }
            })
            .build();

    private Views() {}

    static Position at(long position) {
        return Position.inLog(position, position);
    }

    static RowKey key(String viewer) {
        return new RowKey(List.of(viewer));
    }

    static EventEnvelope viewed(long position, String viewer) {
        return viewed(position, viewer, 1);
    }

    static EventEnvelope viewed(long position, String viewer, long times) {
        return event(position, "{\"viewer\":\"" + viewer + "\",\"times\":" + times + "}");
    }

    /** An event of about this many bytes. */
    static EventEnvelope large(long position, int bytes) {
        return event(position, "{\"viewer\":\"1\",\"times\":1}" + " ".repeat(bytes - 24));
    }

    private static EventEnvelope event(long position, String json) {
        return new EventEnvelope(
                new UUID(0, position),
                "VideoViewed",
                "video-" + position % 7,
                position,
                at(position),
                Instant.EPOCH,
                json.getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
