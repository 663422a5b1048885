package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The projections that EventStoreDB ships: links by category, by event type and by correlation, and one per stream.
 *
 * <p>Runs under the writer's lock, directly behind the append that it follows. A real server's links come a little later
 * than that, but in {@code $all} after their event too. Followed are ordinary streams and their metadata streams, as
 * there: a metadata stream is in {@code $streams}, its events are in {@code $et-$metadata} under the name of the stream
 * that they describe, and one that deletes its stream is in {@code $ce-…} and {@code $et-$deleted}.
 */
final class SystemProjections {
    private static final String READABLE_BY_ALL = "{\"$acl\":{\"$r\":\"$all\",\"$mr\":\"$all\"}}";

    private final EventLog log;
    private final RecordCursor event;
    private final RecordCursor linked;
    private final Undeletion undeletion;

    SystemProjections(EventLog log) {
        this.log = log;
        this.event = new RecordCursor(log);
        this.linked = new RecordCursor(log);
        this.undeletion = new Undeletion(log);
    }

    void follow(int from, int toExclusive) {
        for (int sequence = from; sequence < toExclusive; sequence++) {
            event.load(sequence);
            String name = event.stream().name;
            boolean describes = name.startsWith("$$");
            String subject = describes ? name.substring(2) : name;
            if (subject.startsWith("$")) {
                continue;
            }
            if (event.isLink()) {
                followLink(name);
            } else if (isValid(event)) {
                followEvent(name, subject, describes);
            }
        }
    }

    private void followEvent(String name, String subject, boolean describes) {
        boolean deletes = describes ? deletesItsStream() : event.type().equals(EventLog.TOMBSTONE_TYPE);
        String category = category(subject);
        link(
                deletes ? RecordKind.DELETED_TYPE_LINK : RecordKind.EVENT_TYPE_LINK,
                "$et-" + (deletes ? "$deleted" : event.type()));
        if (!category.isEmpty() && (deletes || !describes)) {
            link(deletes ? RecordKind.DELETED_LINK : RecordKind.CATEGORY_EVENTS_LINK, "$ce-" + category);
        }
        CorrelationId.of(event)
                .ifPresent(id -> addLink(
                        "$bc-" + id, ProjectedLink.metadata(event.position, event.id()), event.revision + "@" + name));
        followFirst(name);
    }

    private boolean deletesItsStream() {
        return event.type().equals(EventLog.METADATA_TYPE)
                && StreamMetadata.parse(event.data()).truncateBefore() == StreamMetadata.DELETED;
    }

    /** A link that a client wrote counts for its stream; its category gets a link to what it points to. */
    private void followLink(String name) {
        Links.Resolution resolution = new Links(log).resolve(event);
        Optional<RecordCursor> target = switch (resolution.outcome()) {
            case STREAM_GONE -> Optional.empty();
            case EVENT_GONE, NO_LINK -> Optional.of(event);
            case FOUND -> Optional.of(linked.load(resolution.sequence()));
        };
        boolean isMissing = resolution.outcome() == Links.Outcome.EVENT_GONE;
        if (target.isEmpty() || !(isMissing || isValid(target.get()))) {
            return;
        }
        String category = category(name);
        if (!category.isEmpty()) {
            String data = switch (resolution.outcome()) {
                case FOUND -> linked.revision + "@" + linked.stream().name;
                case NO_LINK -> event.dataText();
                default -> "-1@";
            };
            UUID cause = isMissing ? new UUID(0, 0) : target.get().id();
            String metadata = ProjectedLink.metadata(RecordKind.CATEGORY_EVENTS_LINK, event.position, name, cause);
            addLink("$ce-" + category, metadata, data);
        }
        followFirst(name);
    }

    /** A link that is kept as any event is, since it can't be made again from its target alone. */
    private void addLink(String stream, String metadata, String data) {
        Proposed link = new Proposed(
                UUID.randomUUID(), "$>", false, ByteString.copyFromUtf8(metadata), ByteString.copyFromUtf8(data));
        write(stream, to -> log.add(to, link));
    }

    private void followFirst(String name) {
        if (event.revision == 0) {
            String category = category(name);
            if (!category.isEmpty()) {
                link(RecordKind.CATEGORY_LINK, "$category-" + category);
            }
            link(RecordKind.STREAMS_LINK, "$streams");
        }
    }

    private void link(RecordKind kind, String stream) {
        write(stream, to -> log.addLink(kind, to, event.sequence));
    }

    /** A link to a stream that was deleted softly revives it, as any append does; a tombstone is the end. */
    private void write(String name, Consumer<StreamState> link) {
        StreamState stream = linkStream(name);
        if (stream.isTombstoned()) {
            return;
        }
        boolean isDeleted = stream.isSoftDeleted();
        long revision = stream.written();
        link.accept(stream);
        if (isDeleted) {
            undeletion.undelete(stream, revision);
        }
    }

    private StreamState linkStream(String name) {
        StreamState stream = log.findOrCreate(name);
        if (stream.written() == 0 && log.find("$$" + name).isEmpty()) {
            log.add(log.findOrCreate("$$" + name), Proposed.streamMetadata(READABLE_BY_ALL));
        }
        return stream;
    }

    /** Events that say they are JSON and are not are invisible to the projections. */
    private static boolean isValid(RecordCursor record) {
        return !record.isJson() || JsonText.isValid(record.bytes, record.dataOffset, record.dataLength);
    }

    /** The stream's name up to the first dash; empty when it has none, or is the server's. */
    private static String category(String stream) {
        int dash = stream.indexOf('-');
        return dash <= 0 || stream.startsWith("$") ? "" : stream.substring(0, dash);
    }
}
