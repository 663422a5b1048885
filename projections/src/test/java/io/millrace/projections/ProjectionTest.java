package io.millrace.projections;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProjectionTest {
    record VideoViewed(String viewerId) {}

    static final ReadModel VIEWS = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();

    static final Projection VIEWS_PER_VIEWER = Projection.named("views-per-viewer")
            .into(VIEWS)
            .on(
                    "VideoViewed",
                    VideoViewed.class,
                    (viewed, rows) -> rows.row(viewed.viewerId()).increment("views", 1))
            .build();

    @Test
    void countsEachEventOnce() {
        InMemoryReadModels tables = new InMemoryReadModels();
        tables.apply(VIEWS_PER_VIEWER.effectsOf(event("VideoViewed", "{\"viewerId\":\"1\",\"at\":3}")));
        tables.apply(VIEWS_PER_VIEWER.effectsOf(event("VideoViewed", "{\"viewerId\":\"1\"}")));

        assertThat(tables.rows(VIEWS)).isEqualTo(Map.of(new RowKey(List.of("1")), Map.of("views", 2L)));
    }

    static EventEnvelope event(String type, String data) {
        return new EventEnvelope(
                new UUID(0, 7),
                type,
                "video-1",
                3,
                Position.inLog(12, 12),
                Instant.EPOCH,
                data.getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
