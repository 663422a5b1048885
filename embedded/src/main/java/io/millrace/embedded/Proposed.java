package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.util.UUID;

/**
 * An event to be appended.
 *
 * @param isJson all that the server keeps of a content type: JSON, or not
 */
record Proposed(UUID id, String type, boolean isJson, ByteString customMetadata, ByteString data) {
    static final String JSON = "application/json";
    static final String OCTETS = "application/octet-stream";

    /** A stream's metadata, written by the server itself. */
    static Proposed streamMetadata(String json) {
        return new Proposed(
                UUID.randomUUID(), EventLog.METADATA_TYPE, true, ByteString.EMPTY, ByteString.copyFromUtf8(json));
    }
}
