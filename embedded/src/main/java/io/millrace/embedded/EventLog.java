package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Instant;
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
 * <p>One append at a time, under this object's lock; readers take no lock and see whole appends only, up to
 * {@link #head()}. A record costs its data and custom metadata plus about 50 bytes; a link of a system projection about
 * 20.
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
    private final RecordWriter writer = new RecordWriter();
    private final RecordCursor cursor = new RecordCursor(this);
    private final Optional<SystemProjections> projections;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private int size;
    private long lastTicks;
    private volatile int head;

    EventLog(boolean systemProjections, Clock clock) {
        this.clock = clock;
        this.projections = systemProjections ? Optional.of(new SystemProjections(this)) : Optional.empty();
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

    /** A store with this one's records up to this position, as a restored backup has them. */
    EventLog copyUpTo(long position, boolean systemProjections) {
        EventLog copy = new EventLog(systemProjections, clock);
        copy.lastTicks = lastTicks;
        RecordCursor record = new RecordCursor(this);
        for (int sequence = 0; sequence < head && address(sequence) <= position; sequence++) {
            copy.repeat(record.load(sequence));
        }
        copy.head = copy.size;
        return copy;
    }

    private synchronized void repeat(RecordCursor record) {
        String name = record.stream().name;
        StreamState stream = find(name).orElseGet(() -> create(name));
        segments.skip((int) (record.position - segments.end()));
        switch (record.kind) {
            case EVENT ->
                add(
                        stream,
                        new Proposed(
                                record.id(), record.type(), record.isJson(), record.customMetadata(), record.data()),
                        record.created);
            case TOMBSTONE -> addTombstone(stream, record.id(), record.created);
            default -> addLink(record.kind, stream, record.target);
        }
    }

    /** Whether a client may name this position: before everything, a record's, or behind the last. */
    boolean isBoundary(long position, int firstAtOrAfter) {
        return position == 0 || firstAtOrAfter >= head || address(firstAtOrAfter) == position;
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

    /** Runs this after every append, on the appending thread; it must be quick. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    AppendOutcome append(String stream, long expected, List<Proposed> events) {
        AppendOutcome outcome;
        synchronized (this) {
            outcome = write(stream, expected, events);
            head = size;
        }
        listeners.forEach(Runnable::run);
        return outcome;
    }

    private AppendOutcome write(String name, long expected, List<Proposed> events) {
        Optional<StreamState> existing = find(name);
        Optional<AppendOutcome> answered = new AppendCheck(this, cursor).check(name, existing, expected, events);
        if (answered.isPresent()) {
            return answered.get();
        }
        if (events.isEmpty()) {
            long position = segments.end();
            segments.skip(EMPTY_APPEND_BYTES);
            return new AppendOutcome.Appended(
                    existing.map(StreamState::lastRevision).orElse(-1L), position);
        }
        StreamState stream = existing.orElseGet(() -> create(name));
        boolean recreated = stream.isSoftDeleted();
        long firstRevision = stream.size();
        int first = size;
        events.forEach(event -> add(stream, event));
        AppendOutcome.Appended done = new AppendOutcome.Appended(stream.lastRevision(), address(size - 1));
        if (recreated) {
            writeTruncateBefore(stream, firstRevision);
        }
        project(first);
        return done;
    }

    /** Hides the stream's events, as EventStoreDB does it: by metadata. Its revisions go on if it is appended to again. */
    AppendOutcome softDelete(String name, long expected) {
        AppendOutcome outcome;
        synchronized (this) {
            Optional<AppendOutcome> refused = new AppendCheck(this, cursor).checkDelete(name, find(name), expected);
            if (refused.isPresent()) {
                return refused.get();
            }
            int first = size;
            StreamState stream = find(name).orElseThrow();
            writeTruncateBefore(stream, StreamMetadata.DELETED);
            project(first);
            outcome = new AppendOutcome.Appended(stream.lastRevision(), address(first));
            head = size;
        }
        listeners.forEach(Runnable::run);
        return outcome;
    }

    /** Ends the stream for good. */
    AppendOutcome tombstone(String name, long expected) {
        AppendOutcome outcome;
        synchronized (this) {
            Optional<AppendOutcome> refused = new AppendCheck(this, cursor).checkDelete(name, find(name), expected);
            if (refused.isPresent()) {
                return refused.get();
            }
            int first = size;
            addTombstone(find(name).orElseGet(() -> create(name)), UUID.randomUUID(), ticks());
            outcome = new AppendOutcome.Appended(Long.MAX_VALUE, address(first));
            project(first);
            head = size;
        }
        listeners.forEach(Runnable::run);
        return outcome;
    }

    int findById(UUID id) {
        return ids.find(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    StreamState create(String name) {
        StreamState stream = new StreamState(name, streamCount);
        if (streamCount == streamsById.length) {
            streamsById = Arrays.copyOf(streamsById, streamCount * 2);
        }
        streamsById[streamCount++] = stream;
        streams.put(name, stream);
        return stream;
    }

    private void addTombstone(StreamState stream, UUID id, long created) {
        writer.start(RecordKind.TOMBSTONE, stream.id)
                .fixed(id.getMostSignificantBits())
                .fixed(id.getLeastSignificantBits())
                .varint(types.idOf(TOMBSTONE_TYPE))
                .varint(octets)
                .fixed(created)
                .varint(0)
                .varint(0);
        stream.tombstone(store());
    }

    void add(StreamState stream, Proposed event) {
        add(stream, event, ticks());
    }

    private void add(StreamState stream, Proposed event, long created) {
        long high = event.id().getMostSignificantBits();
        long low = event.id().getLeastSignificantBits();
        writer.start(RecordKind.EVENT, stream.id)
                .varint(stream.size())
                .fixed(high)
                .fixed(low)
                .varint(types.idOf(event.type()))
                .varint(event.isJson() ? json : octets)
                .fixed(created)
                .bytes(event.customMetadata())
                .bytes(event.data());
        int sequence = store();
        stream.add(sequence);
        ids.put(high, low, sequence);
        if (stream.isMetadataStream()) {
            apply(stream, event);
        }
    }

    void addLink(RecordKind kind, StreamState stream, int target) {
        writer.start(kind, stream.id).varint(stream.size()).varint(size - target);
        stream.add(store());
    }

    private int store() {
        addresses.add(segments.append(writer.array(), 0, writer.length()));
        return size++;
    }

    private void project(int first) {
        projections.ifPresent(system -> system.follow(first, size));
    }

    private void apply(StreamState metadataStream, Proposed event) {
        String described = metadataStream.name.substring(2);
        StreamState stream = find(described).orElseGet(() -> create(described));
        if (!stream.isMetadataStream()) {
            stream.metadata(StreamMetadata.parse(event.data()));
        }
    }

    private void writeTruncateBefore(StreamState stream, long revision) {
        String name = "$$" + stream.name;
        StreamState metadataStream = find(name).orElseGet(() -> create(name));
        ByteString old = metadataStream.size() == 0
                ? ByteString.EMPTY
                : cursor.load(metadataStream.sequenceOf(metadataStream.size() - 1))
                        .data();
        add(metadataStream, Proposed.streamMetadata(StreamMetadata.withTruncateBefore(old, revision)));
    }

    long nowTicks() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 10_000_000 + now.getNano() / 100;
    }

    /** Never the same twice: events of one append differ by ticks, as on a real server. */
    private long ticks() {
        lastTicks = Math.max(lastTicks + 1, nowTicks());
        return lastTicks;
    }
}
