package io.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

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
        String targetStream = target.stream().name;
        String data = link.kind == RecordKind.CATEGORY_LINK ? targetStream : target.revision + "@" + targetStream;
        byte[] dataBytes = data.getBytes(UTF_8);
        byte[] metadata = metadata(target, targetStream).getBytes(UTF_8);
        byte[] both = new byte[dataBytes.length + metadata.length];
        System.arraycopy(metadata, 0, both, 0, metadata.length);
        System.arraycopy(dataBytes, 0, both, metadata.length, dataBytes.length);
        link.bytes = both;
        link.metadataOffset = 0;
        link.metadataLength = metadata.length;
        link.dataOffset = metadata.length;
        link.dataLength = dataBytes.length;
        link.created = target.created + (link.sequence - link.target);
        link.idHigh = (mix(target.idHigh ^ link.position) & ~0xF000L) | 0x4000L;
        link.idLow = (mix(target.idLow + link.kind.code) & ~(3L << 62)) | (2L << 62);
    }

    private String metadata(RecordCursor target, String targetStream) {
        StringBuilder json = new StringBuilder(160);
        json.append("{\"$v\":\"").append(link.kind.version).append("\",\"$c\":").append(target.position);
        json.append(",\"$p\":").append(target.position);
        if (link.kind == RecordKind.CATEGORY_EVENTS_LINK || link.kind == RecordKind.DELETED_LINK) {
            json.append(",\"$o\":\"").append(JsonText.escape(targetStream)).append('"');
        }
        if (link.kind == RecordKind.DELETED_LINK) {
            json.append(",\"$deleted\":-1");
        }
        return json.append(",\"$causedBy\":\"")
                .append(target.id())
                .append("\"}")
                .toString();
    }

    /** Spreads the bits (the finaliser of SplitMix64), so that ids of neighbours don't look alike. */
    private static long mix(long bits) {
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
