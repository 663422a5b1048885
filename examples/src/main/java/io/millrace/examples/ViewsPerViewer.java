package io.millrace.examples;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;

/** How many videos each viewer has viewed: the smallest projection that counts. */
public final class ViewsPerViewer {

    /** Somebody viewed a video. */
    record VideoViewed(String viewerId) {}

    public static final ReadModel VIEWS = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();

    public static final Projection VIEWS_PER_VIEWER = Projection.named("views-per-viewer")
            .into(VIEWS)
            .on(
                    "VideoViewed",
                    VideoViewed.class,
                    (viewed, rows) -> rows.row(viewed.viewerId()).increment("views", 1))
            .build();

    private ViewsPerViewer() {}
}
