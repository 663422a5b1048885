package io.millrace.embedded;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
    Optional<AppendOutcome> append(String name, long expected, List<Proposed> events) {
        return check(name, expected, events.stream().map(Proposed::id).toList());
    }

    /** The refusal of a tombstone; empty when it is to be written. It is checked as an append of one new event is. */
    Optional<AppendOutcome> tombstone(String name, long expected) {
        return check(name, expected, List.of(UUID.randomUUID()));
    }

    /** The refusal of a soft delete; empty when it is to be done. There must be something to delete. */
    Optional<AppendOutcome> softDelete(String name, long expected) {
        return tombstone(name, expected)
                .or(() -> hasEvents(name) || hasEvents("$$" + name)
                        ? Optional.empty()
                        : Optional.of(new AppendOutcome.WrongRevision(-1)));
    }

    private boolean hasEvents(String name) {
        return log.find(name).filter(stream -> stream.written() > 0).isPresent();
    }

    /** A metadata stream with events outlives its stream's tombstone for writers, though not for readers. */
    private boolean isDeletedForGood(String name) {
        return hasEvents(name) ? log.find(name).orElseThrow().isTombstoned() : log.isDeletedForGood(name);
    }

    private Optional<AppendOutcome> check(String name, long expected, List<UUID> eventIds) {
        Optional<StreamState> existing = log.find(name);
        if (isDeletedForGood(name)) {
            return Optional.of(new AppendOutcome.StreamDeleted());
        }
        long current = existing.map(stream -> stream.written() - 1L).orElse(-1L);
        if (expected == ExpectedRevision.STREAM_EXISTS) {
            if (existing.isPresent() && existing.get().isSoftDeleted()) {
                return Optional.of(new AppendOutcome.StreamDeleted());
            }
            if (current < 0 && !hasEvents("$$" + name)) {
                return Optional.of(new AppendOutcome.WrongRevision(current));
            }
        }
        if (expected == ExpectedRevision.ANY || expected == ExpectedRevision.STREAM_EXISTS) {
            return existing.flatMap(stream -> knownByIds(stream, current, eventIds));
        }
        if (expected < current) {
            return passed(existing.orElseThrow(), expected, current, eventIds);
        }
        return expected > current ? Optional.of(new AppendOutcome.WrongRevision(current)) : Optional.empty();
    }

    private Optional<AppendOutcome> knownByIds(StreamState stream, long current, List<UUID> eventIds) {
        int last = -1;
        for (int i = 0; i < eventIds.size(); i++) {
            int sequence = log.findById(eventIds.get(i));
            if (sequence < 0 || cursor.header(sequence).streamId != stream.id) {
                return i == 0 ? Optional.empty() : Optional.of(new AppendOutcome.WrongRevision(current));
            }
            last = sequence;
        }
        return last < 0 ? Optional.empty() : Optional.of(writtenBefore(last));
    }

    private Optional<AppendOutcome> passed(StreamState stream, long expected, long current, List<UUID> eventIds) {
        long revision = expected;
        for (UUID id : eventIds) {
            revision++;
            if (revision <= current
                    && cursor.header(stream.sequenceOf((int) revision)).id().equals(id)) {
                continue;
            }
            boolean first = revision == expected + 1;
            return first && expected == ExpectedRevision.NO_STREAM && stream.isSoftDeleted()
                    ? Optional.empty()
                    : Optional.of(new AppendOutcome.WrongRevision(current));
        }
        return Optional.of(
                eventIds.isEmpty()
                        ? new AppendOutcome.WrongRevision(current)
                        : writtenBefore(stream.sequenceOf((int) revision)));
    }

    private AppendOutcome writtenBefore(int sequence) {
        cursor.header(sequence);
        boolean isShown = new Links(log).isShown(cursor.stream(), cursor.revision);
        return new AppendOutcome.Appended(cursor.revision, isShown ? cursor.position : -1);
    }
}
