package io.millrace.embedded;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that changes the store: appends and deletes, one at a time, each with what the server itself writes behind it
 * (metadata, links), kept on disk where there is one before anybody sees it.
 */
final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private final EventLog log;
    private final Optional<SystemProjections> projections;
    private final Optional<DiskStore> disk;
    private final Undeletion undeletion;
    private final AppendCheck check;
    private boolean broken;

    LogWriter(EventLog log, boolean systemProjections, Optional<DiskStore> disk) {
        this.log = log;
        this.projections = systemProjections ? Optional.of(new SystemProjections(log)) : Optional.empty();
        this.disk = disk;
        this.undeletion = new Undeletion(log);
        this.check = new AppendCheck(log, new RecordCursor(log));
    }

    synchronized AppendOutcome append(String name, long expected, List<Proposed> events) {
        Optional<AppendOutcome> answered = check.append(name, expected, events);
        if (answered.isPresent()) {
            return answered.get();
        }
        StreamState stream = log.findOrCreate(name);
        boolean isDeleted = stream.isSoftDeleted();
        Optional<StreamState> deletedSubject = stream.isMetadataStream()
                ? log.find(name.substring(2)).filter(StreamState::isSoftDeleted)
                : Optional.empty();
        int firstRevision = stream.written();
        int first = log.size();
        long emptyPosition = events.isEmpty() ? log.addNothing() : 0;
        events.forEach(event -> log.add(stream, event));
        int last = log.size() - 1;
        if (isDeleted) {
            undeletion.undelete(stream, firstRevision);
        }
        deletedSubject.ifPresent(subject -> undeletion.undelete(subject, subject.written()));
        finish(first);
        // What the server writes behind it may be in the same stream: it does not count.
        return new AppendOutcome.Appended(
                firstRevision + events.size() - 1L, events.isEmpty() ? emptyPosition : log.address(last));
    }

    /** Hides the stream's events, as EventStoreDB does it: by metadata. Its revisions go on if it is appended to again. */
    synchronized AppendOutcome softDelete(String name, long expected) {
        Optional<AppendOutcome> refused = check.softDelete(name, expected);
        if (refused.isPresent()) {
            return refused.get();
        }
        int first = log.size();
        log.add(log.findOrCreate("$$" + name), Proposed.streamMetadata(StreamMetadata.DELETION));
        finish(first);
        return new AppendOutcome.Appended(-1, log.address(first));
    }

    /** Ends the stream for good; it need not have existed. */
    synchronized AppendOutcome tombstone(String name, long expected) {
        Optional<AppendOutcome> refused = check.tombstone(name, expected);
        if (refused.isPresent()) {
            return refused.get();
        }
        int first = log.size();
        log.addTombstone(log.findOrCreate(name));
        finish(first);
        return new AppendOutcome.Appended(Long.MAX_VALUE, log.address(first));
    }

    private void finish(int first) {
        projections.ifPresent(system -> system.follow(first, log.size()));
        if (log.size() > first) {
            disk.ifPresent(store -> keep(store, first));
        }
        log.publish();
    }

    /** What can't be kept is not acknowledged, and nothing more is written after it: the file would have a hole. */
    private void keep(DiskStore store, int first) {
        if (broken) {
            throw Refusals.diskFailed();
        }
        try {
            store.write(log, first);
        } catch (RuntimeException e) {
            broken = true;
            LOG.error("The data folder can't be written any more; restart the server", e);
            throw Refusals.diskFailed();
        }
    }
}
