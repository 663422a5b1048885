package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The server-side filter of {@code $all}: event types or stream names, by prefixes or a regular expression.
 *
 * <p>The answer for each type and stream is kept, so that an event costs an array look-up. Used by one call, not
 * thread-safe.
 */
final class EventFilter {
    private static final byte UNKNOWN = 0;
    private static final byte YES = 1;
    private static final byte NO = 2;

    private final boolean byType;
    private final Predicate<String> wanted;
    private byte[] known = new byte[64];

    private EventFilter(boolean byType, Predicate<String> wanted) {
        this.byType = byType;
        this.wanted = wanted;
    }

    static EventFilter everything() {
        return new EventFilter(true, name -> true);
    }

    /** Refuses what the server refuses: no expression, a regular expression that .NET can't read. */
    static EventFilter of(FilterOptions options) {
        return switch (options.getFilterCase()) {
            case EVENT_TYPE -> new EventFilter(true, matcher(options.getEventType()));
            case STREAM_IDENTIFIER -> new EventFilter(false, matcher(options.getStreamIdentifier()));
            case FILTER_NOT_SET ->
                throw Refusals.invalid("'{ \"max\": " + options.getMax()
                        + " }' is not a valid EventStore.Client.Streams.ReadReq+Types+Options+Types+FilterOptions");
        };
    }

    private static Predicate<String> matcher(FilterOptions.Expression expression) {
        if (!expression.getRegex().isEmpty()) {
            return DotNetRegex.compile(expression.getRegex());
        }
        List<String> prefixes = List.copyOf(expression.getPrefixList());
        return name -> prefixes.stream().anyMatch(name::startsWith);
    }

    /** Whether the record under the cursor is wanted; its header is enough. */
    boolean matches(RecordCursor record) {
        int id = byType ? record.typeId : record.streamId;
        if (id >= known.length) {
            known = Arrays.copyOf(known, Integer.highestOneBit(id) * 2);
        }
        if (known[id] == UNKNOWN) {
            known[id] = wanted.test(byType ? record.type() : record.stream().name) ? YES : NO;
        }
        return known[id] == YES;
    }
}
