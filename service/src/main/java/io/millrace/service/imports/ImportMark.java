package io.millrace.service.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * How an event tells which row of which import it is: in its metadata, {@code {"import":"3f9a…","row":17}}, and in its
 * id, which is the same whenever the same row is imported.
 *
 * @param fingerprint see {@link InputFile#fingerprint}
 */
record ImportMark(String fingerprint) {
    private static final JsonMapper JSON = new JsonMapper();

    byte[] metadata(long row) {
        return ("{\"import\":\"" + fingerprint + "\",\"row\":" + row + "}").getBytes(StandardCharsets.UTF_8);
    }

    UUID eventId(long row) {
        return UUID.nameUUIDFromBytes((fingerprint + "/" + row).getBytes(StandardCharsets.UTF_8));
    }

    /** The row that an event with this metadata is; empty if it is none of this import. */
    OptionalLong rowOf(byte[] metadata) {
        try {
            JsonNode node = JSON.readTree(metadata);
            boolean ours = node != null && node.path("import").asText().equals(fingerprint);
            return ours ? OptionalLong.of(node.path("row").asLong()) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // somebody else's metadata need not be JSON
        }
    }
}
