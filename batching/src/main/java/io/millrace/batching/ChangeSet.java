package io.millrace.batching;

import io.millrace.projections.Effect;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.List;
import java.util.Map;

/**
 * The changes of a batch, folded to at most one per row: an ordered list of segments, each either folded rows or one
 * raw SQL statement. Immutable.
 *
 * @param segments in the order in which they must be written
 * @param changesIn how many changes were folded into it, raw statements included
 */
public record ChangeSet(List<Segment> segments, long changesIn) {
    public static final ChangeSet NONE = new ChangeSet(List.of(), 0);

    public ChangeSet {
        segments = List.copyOf(segments);
    }

    /** Part of a change set that commutes within itself. */
    public sealed interface Segment {

        /** One change per row; rows in no particular order. Tables in the order of their first change. */
        record Rows(Map<ReadModel, Map<RowKey, RowChange>> tables) implements Segment {}

        /** One statement of the user's own. */
        record Raw(Effect.RawSql statement) implements Segment {}
    }

    /** How many rows change, raw statements not counted. */
    public long rows() {
        long rows = 0;
        for (Segment segment : segments) {
            if (segment instanceof Segment.Rows folded) {
                for (Map<RowKey, RowChange> table : folded.tables().values()) {
                    rows += table.size();
                }
            }
        }
        return rows;
    }

    public boolean isEmpty() {
        return segments.isEmpty();
    }
}
