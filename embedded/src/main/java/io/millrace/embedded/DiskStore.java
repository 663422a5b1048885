package io.millrace.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's records in a folder, in an H2 MVStore: one entry per append, by the number of its first record.
 *
 * <p>What {@link #write} returned from survives the end of this process; the operating system, not this class, decides
 * when it survives a power cut. A torn end of the file is cut off by MVStore when it opens it; a count beside it tells how
 * much was lost, which is logged. Used by one thread at a time.
 */
final class DiskStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);
    private static final String FILE = "events.mv.db";
    private static final String COUNT_FILE = "events.count";
    private static final String FORMAT = "millrace-events-1";

    private final MVStore store;
    private final FileChannel countFile;
    private final MVMap<String, String> about;
    private final MVMap<Integer, String> streams;
    private final MVMap<Integer, String> types;
    private final MVMap<Long, byte[]> records;
    private final RecordBatch batch = new RecordBatch();
    private long lost;

    private DiskStore(MVStore store, FileChannel countFile) {
        this.store = store;
        this.countFile = countFile;
        this.about = store.openMap("about");
        this.streams = store.openMap("streams");
        this.types = store.openMap("types");
        this.records = store.openMap("records");
    }

    /** Opens the folder's store, or begins one; refuses files that are something else, or used by another process. */
    static DiskStore open(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            boolean isNew = Files.notExists(file) || Files.size(file) == 0;
            DiskStore opened = new DiskStore(openStore(file), openCount(folder));
            if (isNew) {
                opened.about.put("format", FORMAT);
                opened.store.commit();
            } else if (!FORMAT.equals(opened.about.get("format"))) {
                opened.close();
                throw new IllegalArgumentException("a file of the embedded event store was expected: " + file
                        + "; it holds something else, choose another folder");
            }
            return opened;
        } catch (IOException e) {
            throw new IllegalArgumentException("a writable data folder was expected: " + folder, e);
        }
    }

    private static MVStore openStore(Path file) {
        try {
            return new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .open();
        } catch (MVStoreException e) {
            throw new IllegalArgumentException(
                    "a file of the embedded event store, used by no other process, was expected: " + file + " ("
                            + e.getMessage() + "); choose another folder",
                    e);
        }
    }

    private static FileChannel openCount(Path folder) throws IOException {
        return FileChannel.open(
                folder.resolve(COUNT_FILE),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    /** Fills an empty log with what is stored. */
    void restoreInto(EventLog log) {
        types.values().forEach(log.types::idOf);
        streams.values().forEach(log::findOrCreate);
        records.values().forEach(bytes -> RecordBatch.restore(bytes, log));
        log.publish();
        reportLoss(log.size());
    }

    /** How many records had been acknowledged and were not found again. */
    long lost() {
        return lost;
    }

    private void reportLoss(int found) {
        lost = Math.max(0, readCount().orElse((long) found) - found);
        if (lost > 0) {
            LOG.warn(
                    "The end of {} was torn and has been cut off: {} records are lost, {} are left",
                    store.getFileStore().getFileName(),
                    lost,
                    found);
        }
    }

    /** Keeps the records from {@code first} on, and the names that are new. */
    void write(EventLog log, int first) {
        for (int id = types.size(); id < log.types.count(); id++) {
            types.append(id, log.types.name(id));
        }
        for (int id = streams.size(); id < log.streamCount(); id++) {
            streams.append(id, log.stream(id).name);
        }
        records.append((long) first, batch.of(log, first, log.size()));
        store.commit();
        writeCount(log.size());
    }

    /** Replaces everything by what this log holds. */
    void rewrite(EventLog log) {
        records.clear();
        types.clear();
        streams.clear();
        store.commit();
        write(log, 0);
    }

    private Optional<Long> readCount() {
        try {
            ByteBuffer count = ByteBuffer.allocate(Long.BYTES);
            return countFile.read(count, 0) == Long.BYTES ? Optional.of(count.getLong(0)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("a readable data folder was expected", e);
        }
    }

    private void writeCount(long count) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(0, count);
            while (bytes.hasRemaining()) {
                countFile.write(bytes, bytes.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a writable data folder was expected", e);
        }
    }

    @Override
    public void close() {
        store.close();
        try {
            countFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder was expected to be closable", e);
        }
    }
}
