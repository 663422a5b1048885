package io.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;

/**
 * Data, metadata and id of a link that a system projection wrote, made from the event that it points to.
 *
 * <p>They look as a real server's do: data {@code 0@stream}, metadata with the projection's version, the event's
 * position, its stream (by category only) and its id.
 */
final class ProjectedLink {
    private final EventLog log;
    private final RecordCursor link;

    ProjectedLink(EventLog log, RecordCursor link) {
        this.log = log;
        this.link = link;
    }

    void fill() {
        RecordCursor target = new RecordCursor(log).load(link.target);
        byte[] data = data(target).getBytes(UTF_8);
        byte[] metadata = metadata(link.kind, target.position, subject(target), target.id())
                .getBytes(UTF_8);
        byte[] both = new byte[data.length + metadata.length];
        System.arraycopy(metadata, 0, both, 0, metadata.length);
        System.arraycopy(data, 0, both, metadata.length, data.length);
        link.bytes = both;
        link.metadataOffset = 0;
        link.metadataLength = metadata.length;
        link.dataOffset = metadata.length;
        link.dataLength = data.length;
        link.created = target.created + (link.sequence - link.target);
        link.idHigh = (mix(target.idHigh ^ link.position) & ~0xF000L) | 0x4000L;
        link.idLow = (mix(target.idLow + link.kind.code) & ~(3L << 62)) | (2L << 62);
    }

    private String data(RecordCursor target) {
        return link.kind == RecordKind.CATEGORY_LINK
                ? target.stream().name
                : target.revision + "@" + streamNamed(link.kind, target);
    }

    /** The stream in the link's data: by type, metadata goes under the name of the stream that it describes. */
    static String streamNamed(RecordKind kind, RecordCursor target) {
        return kind.isByType() ? subject(target) : target.stream().name;
    }

    private static String subject(RecordCursor target) {
        StreamState stream = target.stream();
        return stream.isMetadataStream() ? stream.name.substring(2) : stream.name;
    }

    /** Of a link by correlation. */
    static String metadata(long position, UUID cause) {
        return "{\"$v\":\"5:-1:1:4\",\"$c\":" + position + ",\"$p\":" + position + ",\"$causedBy\":\"" + cause + "\"}";
    }

    static String metadata(RecordKind kind, long position, String originalStream, UUID cause) {
        StringBuilder json = new StringBuilder(160);
        json.append("{\"$v\":\"").append(kind.version).append("\",\"$c\":").append(position);
        json.append(",\"$p\":").append(position);
        if (kind.isByCategory()) {
            json.append(",\"$o\":\"").append(JsonText.escape(originalStream)).append('"');
        }
        if (kind.isDeletion()) {
            json.append(",\"$deleted\":-1");
        }
        return json.append(",\"$causedBy\":\"").append(cause).append("\"}").toString();
    }

    /** Spreads the bits (the finaliser of SplitMix64), so that ids of neighbours don't look alike. */
    private static long mix(long bits) {
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
