package io.millrace.batching;

import io.millrace.checkpoint.Position;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What whoever takes over a projection must know of its parked events. Immutable.
 *
 * @param since by stream, the position of its first parked event
 * @param inARow the events that failed and were parked since the last one that was handled, as errors name them
 * @param alone the streams of which each event was parked alone: while that is the policy, later ones need not follow
 */
public record ParkedStreams(Map<String, Position> since, List<String> inARow, Set<String> alone) {
    public static final ParkedStreams NONE = new ParkedStreams(Map.of(), List.of(), Set.of());

    public ParkedStreams {
        since = Map.copyOf(since);
        inARow = List.copyOf(inARow);
        alone = Set.copyOf(alone);
    }
}
