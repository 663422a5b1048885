package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The store itself, in memory: every record in the order of {@code $all}, and the streams that they belong to.
 *
 * <p>{@link LogWriter} alone changes it, one append at a time; readers take no lock and see what was published: whole
 * appends, up to {@link #head()}. A record costs its data and custom metadata plus about 50 bytes; a link of a system
 * projection about 20.
 */
final class EventLog {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    static final String METADATA_TYPE = "$metadata";
    static final String TOMBSTONE_TYPE = "$streamDeleted";
    /** Where a real server's first visible record stands; before it lie records that clients never see. */
    private static final long ORIGIN = 548;
    /** What an append without events takes of the log: its position belongs to no event. */
    private static final int EMPTY_APPEND_BYTES = 98;

    final Names types = new Names("type");
    final Names contentTypes = new Names("content-type");
    final int json = contentTypes.idOf(Proposed.JSON);
    final int octets = contentTypes.idOf(Proposed.OCTETS);
    final int linkType = types.idOf("$>");
    final int streamReferenceType = types.idOf("$@");

    private final Clock clock;
    private final Segments segments = new Segments(ORIGIN);
    private final AddressIndex addresses = new AddressIndex();
    private final Map<String, StreamState> streams = new ConcurrentHashMap<>();
    private volatile StreamState[] streamsById = new StreamState[64];
    private int streamCount;
    private final EventIds ids = new EventIds(this);
    private final RecordWriter record = new RecordWriter();
    private final RecordCursor restored = new RecordCursor(this);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<StreamState> touched = new ArrayList<>();

    private int size;
    private long lastTicks;
    private volatile int head;
    private volatile long end = ORIGIN;

    EventLog(Clock clock) {
        this.clock = clock;
    }

    /** How many records readers may see. */
    int head() {
        return head;
    }

    long address(int sequence) {
        return addresses.get(sequence);
    }

    Segments.Segment segmentOf(long address) {
        return segments.segmentOf(address);
    }

    /** The first record at this position or behind it, else {@link #head()} as it is now. */
    int firstAtOrAfter(long position) {
        return addresses.firstAtOrAfter(position, head);
    }

    /** Whether this position is behind the last record's beginning: from there on nothing can be read forwards. */
    boolean isBehindLast(long position) {
        return position > lastPosition();
    }

    /** Whether a record begins or the log ends here; appends without events have a place too. */
    boolean isBoundary(long position) {
        int at = firstAtOrAfter(position);
        if (position == 0 || (at < head && address(at) == position)) {
            return true;
        }
        long past = at == 0 ? -1 : position - endOf(at - 1);
        return past >= 0 && past % EMPTY_APPEND_BYTES == 0 && position <= end;
    }

    /** Where the record ends. */
    long endOf(int sequence) {
        RecordCursor record = new RecordCursor(this).load(sequence);
        return record.position + record.length();
    }

    /** The position of the newest record, 0 when there is none. */
    long lastPosition() {
        int now = head;
        return now == 0 ? 0 : address(now - 1);
    }

    StreamState stream(int id) {
        return streamsById[id];
    }

    Optional<StreamState> find(String name) {
        return Optional.ofNullable(streams.get(name));
    }

    /** Whether the stream has a tombstone, or is the metadata of one that has. */
    boolean isDeletedForGood(String name) {
        boolean isTombstoned = find(name).filter(StreamState::isTombstoned).isPresent();
        return isTombstoned || (name.startsWith("$$") && isDeletedForGood(name.substring(2)));
    }

    long nowTicks() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 10_000_000 + now.getNano() / 100;
    }

    /** Runs this after every append, on the appending thread; it must be quick. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    // What follows is the writer's, under its lock.

    /** How many records were written, published or not. */
    int size() {
        return size;
    }

    int streamCount() {
        return streamCount;
    }

    /** Shows readers everything that was written, and wakes those who wait for it. */
    void publish() {
        end = segments.end();
        head = size;
        touched.forEach(StreamState::publish);
        touched.clear();
        listeners.forEach(Runnable::run);
    }

    int findById(UUID id) {
        return ids.find(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    StreamState findOrCreate(String name) {
        StreamState known = streams.get(name);
        if (known != null) {
            return known;
        }
        StreamState stream = new StreamState(name, streamCount);
        if (streamCount == streamsById.length) {
            streamsById = Arrays.copyOf(streamsById, streamCount * 2);
        }
        streamsById[streamCount++] = stream;
        streams.put(name, stream);
        return stream;
    }

    void add(StreamState stream, Proposed event) {
        record.start(RecordKind.EVENT, stream.id)
                .varint(stream.written())
                .fixed(event.id().getMostSignificantBits())
                .fixed(event.id().getLeastSignificantBits())
                .varint(types.idOf(event.type()))
                .varint(event.isJson() ? json : octets)
                .fixed(ticks())
                .bytes(event.customMetadata())
                .bytes(event.data());
        index(stream, store(record.array(), 0, record.length()), event.id());
        if (stream.isMetadataStream()) {
            describe(stream, event.isJson() ? event.data() : ByteString.EMPTY);
        }
    }

    void addLink(RecordKind kind, StreamState stream, int target) {
        record.start(kind, stream.id).varint(stream.written()).varint(size - target);
        index(stream, store(record.array(), 0, record.length()));
    }

    void addTombstone(StreamState stream) {
        UUID id = UUID.randomUUID();
        record.start(RecordKind.TOMBSTONE, stream.id)
                .fixed(id.getMostSignificantBits())
                .fixed(id.getLeastSignificantBits())
                .varint(types.idOf(TOMBSTONE_TYPE))
                .varint(octets)
                .fixed(ticks())
                .varint(0)
                .varint(0);
        stream.tombstone(store(record.array(), 0, record.length()));
        if (stream.isMetadataStream()) {
            describe(stream, ByteString.EMPTY);
        }
    }

    /** An append of nothing takes some of the log, too; returns its address, which no event has. */
    long addNothing() {
        long address = segments.end();
        segments.skip(EMPTY_APPEND_BYTES);
        return address;
    }

    /** Appends a record that was written before, by its bytes; streams and types have the numbers that they had then. */
    void restore(long position, byte[] bytes, int offset, int length) {
        segments.skip(Math.toIntExact(position - segments.end()));
        int sequence = store(bytes, offset, length);
        restored.load(sequence);
        StreamState stream = restored.stream();
        switch (restored.kind) {
            case EVENT -> {
                index(stream, sequence, restored.id());
                if (stream.isMetadataStream()) {
                    describe(stream, restored.isJson() ? restored.data() : ByteString.EMPTY);
                }
            }
            case TOMBSTONE -> {
                stream.tombstone(sequence);
                if (stream.isMetadataStream()) {
                    describe(stream, ByteString.EMPTY);
                }
            }
            default -> index(stream, sequence);
        }
        lastTicks = Math.max(lastTicks, restored.created);
    }

    private int store(byte[] bytes, int offset, int length) {
        addresses.add(segments.append(bytes, offset, length));
        return size++;
    }

    private void index(StreamState stream, int sequence, UUID id) {
        index(stream, sequence);
        ids.put(id.getMostSignificantBits(), id.getLeastSignificantBits(), sequence);
    }

    private void index(StreamState stream, int sequence) {
        if (stream.add(sequence)) {
            touched.add(stream);
        }
    }

    private void describe(StreamState metadataStream, ByteString data) {
        String subject = metadataStream.name.substring(2);
        if (subject.isEmpty()) {
            return;
        }
        StreamState described = findOrCreate(subject);
        if (!described.isMetadataStream()) {
            described.metadata(StreamMetadata.parse(data));
        }
    }

    /** Never the same twice: events of one append differ by ticks, as on a real server. */
    private long ticks() {
        lastTicks = Math.max(lastTicks + 1, nowTicks());
        return lastTicks;
    }
}
