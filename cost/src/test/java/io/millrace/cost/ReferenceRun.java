package io.millrace.cost;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.Projector;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorSummary;
import io.millrace.batching.Surroundings;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The reference stream, fed to a projector from memory, with a clock that stands still: 3,500 historic views and 50
 * historic bookmarks at the positions 1 to 3550, 100 live views of viewer 2 from there to 3650.
 */
final class ReferenceRun {
    private static final int HISTORIC_VIEWS = 3_500;
    private static final int BOOKMARKS = 50;
    private static final int LIVE_VIEWS = 100;
    private static final int HISTORY = HISTORIC_VIEWS + BOOKMARKS;

    record VideoViewed(String viewerId) {}

    private static final ReadModel VIEWS = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();
    private static final Projection VIEWS_PER_VIEWER = Projection.named("views-per-viewer")
            .into(VIEWS)
            .on(
                    "VideoViewed",
                    VideoViewed.class,
                    (viewed, rows) -> rows.row(viewed.viewerId()).increment("views", 1))
            .build();

    /** Where the bookmarks stand among the historic views. */
    enum Bookmarks {
        FIRST,
        SPREAD,
        LAST;

        boolean isBookmark(int position) {
            return switch (this) {
                case FIRST -> position <= BOOKMARKS;
                case SPREAD -> position % (HISTORY / BOOKMARKS) == 0;
                case LAST -> position > HISTORIC_VIEWS;
            };
        }
    }

    final Meter folded = new Meter(PriceList.REFERENCE, StatementCount.PER_ROW);
    final Meter notFolded = new Meter(PriceList.REFERENCE, StatementCount.PER_CHANGE);

    private final FilteringSource source = new FilteringSource();
    private final InMemoryCommitter committer = new InMemoryCommitter(VIEWS_PER_VIEWER.name());
    private final Projector projector;

    ReferenceRun(FlushPolicy policy) {
        Instant still = Instant.EPOCH;
        Surroundings surroundings =
                new Surroundings(Runnable::run, () -> 0L, () -> still, new SplittableRandom(1), () -> {});
        projector = new Projector(
                VIEWS_PER_VIEWER,
                source,
                new MeteringCommitter(committer, folded),
                ProjectorOptions.DEFAULT.withFlushPolicy(policy),
                surroundings,
                notFolded);
        run();
        source.say(new Subscribed(Optional.of(at(HISTORY))));
    }

    private void run() {
        while (projector.step()) {
            source.handOn();
        }
    }

    /** The history, its views by so many viewers in turn, and the end of it. */
    ReferenceRun history(Bookmarks bookmarks, int viewers) {
        for (int position = 1; position <= HISTORY; position++) {
            boolean bookmark = bookmarks.isBookmark(position);
            source.append(bookmark ? event(position, "Bookmarked", "1") : viewed(position, 1 + position % viewers));
        }
        run();
        source.say(new CaughtUp());
        run();
        return this;
    }

    ReferenceRun history(Bookmarks bookmarks) {
        return history(bookmarks, 1);
    }

    /** The live views, each after the flush of the one before it. */
    ReferenceRun liveViewsOneByOne() {
        for (EventEnvelope view : liveViews()) {
            source.append(view);
            run();
        }
        return this;
    }

    /** The live views, all at once. */
    ReferenceRun liveViewsAtOnce() {
        liveViews().forEach(source::append);
        run();
        return this;
    }

    private static List<EventEnvelope> liveViews() {
        List<EventEnvelope> views = new ArrayList<>();
        for (int position = HISTORY + 1; position <= HISTORY + LIVE_VIEWS; position++) {
            views.add(viewed(position, 2));
        }
        return views;
    }

    ReferenceRun stop() {
        projector.stop(Duration.ofSeconds(10));
        run();
        return this;
    }

    ProjectorSummary summary() {
        return projector.summary();
    }

    Optional<Object> viewsOf(String viewer) {
        return committer.tables.row(VIEWS, viewer).map(row -> row.get("views"));
    }

    Optional<Position> checkpoint() {
        return committer.checkpoint().position();
    }

    static Position at(int position) {
        return Position.inLog(position, position);
    }

    private static EventEnvelope viewed(int position, int viewer) {
        return event(position, "VideoViewed", String.valueOf(viewer));
    }

    private static EventEnvelope event(int position, String type, String viewer) {
        return new EventEnvelope(
                new UUID(0, position),
                type,
                "viewing-" + viewer,
                position,
                at(position),
                Instant.EPOCH,
                ("{\"viewerId\":\"" + viewer + "\"}").getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
