package io.millrace.service.imports;

import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.StoreReads;
import io.millrace.projections.EventEnvelope;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where each stream ends, asked of the store when a stream first comes by: which row of this import is the last one in
 * it, and which revision the next append must find.
 *
 * <p>The exact revision is what makes going on safe: a store knows a repeated append by its event ids, but refuses one
 * that overlaps only in part, and forgets ids in time.
 */
final class StreamEnds {
    private final StoreReads reads;
    private final ImportMark mark;
    private final Map<String, End> ends = new HashMap<>();

    private static final class End {
        final long lastRow;
        long nextRevision;

        End(long lastRow, long nextRevision) {
            this.lastRow = lastRow;
            this.nextRevision = nextRevision;
        }
    }

    StreamEnds(StoreReads reads, ImportMark mark) {
        this.reads = reads;
        this.mark = mark;
    }

    /** Whether this row is in its stream already. */
    boolean has(RowEvent event) {
        return event.row() <= end(event.stream()).lastRow;
    }

    /** What an append of this many further events to the stream must find there. */
    ExpectedRevision expectedFor(String stream, int events) {
        End end = end(stream);
        ExpectedRevision expected =
                end.nextRevision == 0 ? ExpectedRevision.noStream() : ExpectedRevision.exactly(end.nextRevision - 1);
        end.nextRevision += events;
        return expected;
    }

    private End end(String stream) {
        return ends.computeIfAbsent(stream, this::ask);
    }

    private End ask(String stream) {
        Optional<EventEnvelope> last = reads.lastEvent(stream);
        if (last.isEmpty()) {
            return new End(0, 0);
        }
        Optional<EventEnvelope> ours =
                reads.lastEvent(stream, event -> mark.rowOf(event.metadata()).isPresent());
        OptionalLong row = ours.map(event -> mark.rowOf(event.metadata())).orElse(OptionalLong.empty());
        return new End(row.orElse(0), last.get().revision() + 1);
    }
}
