package io.millrace.examples;

import java.util.ArrayList;
import java.util.List;

/**
 * The reference stream that the price list is reckoned with: 3,500 views by viewer 1 and 50 bookmarks of the past, then
 * 100 live views by viewer 2. Always the same; in batches of 100, and with each live view flushed alone, it costs
 * {@link ViewsPerViewer} 135 batches.
 */
public final class ReferenceViewing {
    public static final int HISTORIC_VIEWS = 3_500;
    public static final int BOOKMARKS = 50;
    public static final int LIVE_VIEWS = 100;

    private static final int VIEWS_PER_BOOKMARK = HISTORIC_VIEWS / BOOKMARKS;

    private ReferenceViewing() {}

    /** The past: after every 70 views a bookmark, which no example handles. */
    public static List<SampleEvent> historic() {
        List<SampleEvent> events = new ArrayList<>(HISTORIC_VIEWS + BOOKMARKS);
        for (int view = 1; view <= HISTORIC_VIEWS; view++) {
            events.add(viewed("1", view));
            if (view % VIEWS_PER_BOOKMARK == 0) {
                events.add(event("1", "BookmarkAdded", view));
            }
        }
        return events;
    }

    /** What happens once the past is caught up with. */
    public static List<SampleEvent> live() {
        List<SampleEvent> events = new ArrayList<>(LIVE_VIEWS);
        for (int view = 1; view <= LIVE_VIEWS; view++) {
            events.add(viewed("2", view));
        }
        return events;
    }

    /** A view by some viewer, for those who want to go on. */
    public static SampleEvent viewed(String viewerId, int video) {
        return event(viewerId, "VideoViewed", video);
    }

    private static SampleEvent event(String viewerId, String type, int video) {
        String data = "{\"viewerId\":\"" + viewerId + "\",\"videoId\":\"" + video + "\"}";
        return new SampleEvent("viewer-" + viewerId, type, data);
    }
}
