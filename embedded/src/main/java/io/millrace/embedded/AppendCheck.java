package io.millrace.embedded;

import java.util.List;
import java.util.Optional;

/**
 * Decides whether an append goes ahead: expected revision, and what was written before under the same ids.
 *
 * <p>As a real server: with "any" or "stream exists" the ids alone decide (all known: written before; the first unknown:
 * write; anything between: refused), with a revision that has passed the events must stand where they would have been
 * written.
 */
final class AppendCheck {
    private final EventLog log;
    private final RecordCursor cursor;

    AppendCheck(EventLog log, RecordCursor cursor) {
        this.log = log;
        this.cursor = cursor;
    }

    /** The answer that is due without writing anything; empty when the events are to be written. */
    Optional<AppendOutcome> append(String name, Optional<StreamState> existing, long expected, List<Proposed> events) {
        if (existing.isPresent() && existing.get().isTombstoned()) {
            return Optional.of(new AppendOutcome.StreamDeleted());
        }
        long current = existing.map(StreamState::lastRevision).orElse(-1L);
        if (expected == ExpectedRevision.STREAM_EXISTS) {
            if (existing.isPresent() && existing.get().isSoftDeleted()) {
                return Optional.of(new AppendOutcome.StreamDeleted());
            }
            if (current < 0 && log.find("$$" + name).isEmpty()) {
                return Optional.of(new AppendOutcome.WrongRevision(current));
            }
        }
        if (expected == ExpectedRevision.ANY || expected == ExpectedRevision.STREAM_EXISTS) {
            return existing.flatMap(stream -> knownByIds(stream, current, events));
        }
        if (expected < current) {
            return passed(existing.orElseThrow(), expected, current, events);
        }
        return expected > current ? Optional.of(new AppendOutcome.WrongRevision(current)) : Optional.empty();
    }

    /** The refusal of a soft delete or a tombstone; empty when it is to be done. */
    Optional<AppendOutcome> delete(Optional<StreamState> existing, long expected) {
        if (existing.isPresent() && existing.get().isTombstoned()) {
            return Optional.of(new AppendOutcome.StreamDeleted());
        }
        long current = existing.map(StreamState::lastRevision).orElse(-1L);
        boolean fits = (expected == ExpectedRevision.ANY || expected == ExpectedRevision.STREAM_EXISTS)
                ? current >= 0
                : expected == current;
        return fits ? Optional.empty() : Optional.of(new AppendOutcome.WrongRevision(current));
    }

    private Optional<AppendOutcome> knownByIds(StreamState stream, long current, List<Proposed> events) {
        int last = -1;
        for (int i = 0; i < events.size(); i++) {
            int sequence = log.findById(events.get(i).id());
            if (sequence < 0 || cursor.header(sequence).streamId != stream.id) {
                return i == 0 ? Optional.empty() : Optional.of(new AppendOutcome.WrongRevision(current));
            }
            last = sequence;
        }
        return last < 0 ? Optional.empty() : Optional.of(writtenBefore(last));
    }

    private Optional<AppendOutcome> passed(StreamState stream, long expected, long current, List<Proposed> events) {
        long revision = expected;
        for (Proposed event : events) {
            revision++;
            if (revision <= current
                    && cursor.header(stream.sequenceOf((int) revision)).id().equals(event.id())) {
                continue;
            }
            boolean first = revision == expected + 1;
            return first && expected == ExpectedRevision.NO_STREAM && stream.isSoftDeleted()
                    ? Optional.empty()
                    : Optional.of(new AppendOutcome.WrongRevision(current));
        }
        return Optional.of(
                events.isEmpty()
                        ? new AppendOutcome.WrongRevision(current)
                        : writtenBefore(stream.sequenceOf((int) revision)));
    }

    private AppendOutcome writtenBefore(int sequence) {
        cursor.header(sequence);
        return new AppendOutcome.Appended(cursor.revision, cursor.position);
    }
}
