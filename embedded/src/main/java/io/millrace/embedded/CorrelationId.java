package io.millrace.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The {@code $correlationId} in an event's custom metadata: by it the event is in {@code $bc-…}, too. */
final class CorrelationId {
    private static final String NAME = "$correlationId";
    private static final ObjectMapper JSON = new ObjectMapper();

    private CorrelationId() {}

    /** Empty where the metadata is no JSON object, or has none. */
    static Optional<String> of(RecordCursor event) {
        String metadata = new String(event.bytes, event.metadataOffset, event.metadataLength, StandardCharsets.UTF_8);
        // Most events have none: no need to read theirs as JSON.
        if (!metadata.contains(NAME)) {
            return Optional.empty();
        }
        try {
            JsonNode id = JSON.readTree(metadata).path(NAME);
            return id.isValueNode() && !id.isNull() ? Optional.of(id.asText()) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
