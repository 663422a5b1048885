package io.millrace.cost;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * The reference stream, and those like it: views of the past by some viewers in turn, bookmarks that nobody handles, and
 * live views of viewer 2. Positions count from 1.
 *
 * @param views of the past
 * @param bookmarks of the past
 * @param live views that come live
 * @param viewers who viewed in the past: 1, 2, … in turn
 */
public record ReferenceStream(int views, int bookmarks, int live, int viewers, Order order) {
    /** 3,500 views of viewer 1, 50 bookmarks, 100 live views of viewer 2. */
    public static final ReferenceStream DEFAULT = new ReferenceStream(3_500, 50, 100, 1, Order.INTERLEAVED);

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

    /** Beyond it a laptop runs out of memory. */
    public static final int MOST = 5_000_000;

    record VideoViewed(String viewerId) {}

    /** Where the bookmarks stand. */
    public enum Order {
        /** Spread evenly over the views of the past. */
        INTERLEAVED,
        /** After the views of the past. */
        LAST
    }

    public ReferenceStream {
        requireCount("views", views, 0);
        requireCount("bookmarks", bookmarks, 0);
        requireCount("live", live, 0);
        requireCount("viewers", viewers, 1);
        Objects.requireNonNull(order, "order");
    }

    private static void requireCount(String name, int count, int least) {
        if (count < least || count > MOST) {
            throw new IllegalArgumentException(
                    "expected " + least + " to " + MOST + " " + name + ": " + name + "=" + count);
        }
    }

    /**
     * Its events.
     *
     * @throws IllegalArgumentException if it has none
     */
    public RecordedStream recorded(Duration interval) {
        List<EventEnvelope> history = new ArrayList<>(views + bookmarks);
        int bookmarked = 0;
        for (int view = 0; view < views; view++) {
            history.add(event(history.size() + 1, "VideoViewed", 1 + view % viewers));
            long due = order == Order.LAST ? 0 : (long) bookmarks * (view + 1) / views;
            while (bookmarked < due) {
                history.add(event(history.size() + 1, "BookmarkAdded", 1));
                bookmarked++;
            }
        }
        for (; bookmarked < bookmarks; bookmarked++) {
            history.add(event(history.size() + 1, "BookmarkAdded", 1));
        }
        List<EventEnvelope> following = new ArrayList<>(live);
        for (int view = 1; view <= live; view++) {
            following.add(event(history.size() + view, "VideoViewed", 2));
        }
        return new RecordedStream(description(), history, following, interval);
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "%,d views by %s, %,d bookmarks (%s), %,d live views",
                views,
                viewers == 1 ? "1 viewer" : String.format(Locale.ROOT, "%,d viewers", viewers),
                bookmarks,
                order == Order.LAST ? "last" : "interleaved",
                live);
    }

    private static EventEnvelope event(int position, String type, int viewer) {
        return new EventEnvelope(
                new UUID(0, position),
                type,
                "viewer-" + viewer,
                position - 1L,
                Position.inLog(position, position),
                Instant.EPOCH,
                ("{\"viewerId\":\"" + viewer + "\"}").getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
