package io.millrace.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A log with its writer and, where it is kept, its disk: what a server serves, and what a restart may exchange. */
record Store(EventLog log, LogWriter writer, Optional<DiskStore> disk) implements AutoCloseable {
    static Store open(Optional<Path> folder, boolean systemProjections) {
        EventLog log = new EventLog(Clock.systemUTC());
        Optional<DiskStore> disk = folder.map(DiskStore::open);
        disk.ifPresent(stored -> stored.restoreInto(log));
        Store store = new Store(log, new LogWriter(log, systemProjections, disk), disk);
        if (log.head() == 0) {
            FirstRecords.write(store.writer, systemProjections);
        }
        return store;
    }

    /** What is left when everything behind this position is forgotten. */
    Store upTo(long position, boolean systemProjections) {
        EventLog older = new EventLog(Clock.systemUTC());
        for (int id = 0; id < log.types.count(); id++) {
            older.types.idOf(log.types.name(id));
        }
        for (int id = 0; id < log.streamCount(); id++) {
            older.findOrCreate(log.stream(id).name);
        }
        RecordCursor record = new RecordCursor(log);
        for (int sequence = 0; sequence < log.head() && log.address(sequence) <= position; sequence++) {
            record.load(sequence);
            Segments.Segment segment = log.segmentOf(record.position);
            older.restore(record.position, segment.bytes, (int) (record.position - segment.base), record.length());
        }
        older.publish();
        disk.ifPresent(stored -> stored.rewrite(older));
        return new Store(older, new LogWriter(older, systemProjections, disk), disk);
    }

    @Override
    public void close() {
        disk.ifPresent(DiskStore::close);
    }
}
