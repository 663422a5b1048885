package io.millrace.service.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The rows of an NDJSON file: one JSON object a line, taken over as it is written; blank lines are passed over. */
final class JsonLineRows implements Rows {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final BufferedReader text;
    private long line;
    private long rows;

    JsonLineRows(BufferedReader text) {
        this.text = text;
    }

    @Override
    public Optional<Row> next() {
        try {
            String read = text.readLine();
            line++;
            while (read != null && read.isBlank()) {
                read = text.readLine();
                line++;
            }
            return Optional.ofNullable(read).map(this::row);
        } catch (IOException e) {
            throw new UncheckedIOException("the file cannot be read", e);
        }
    }

    private Row row(String object) {
        StrictText.check(object, line, "the line");
        JsonNode node = parse(object);
        rows++;
        return new Row(rows, line, column -> scalar(node, column), object.strip());
    }

    private JsonNode parse(String object) {
        try {
            JsonNode node = JSON.readTree(object);
            if (!node.isObject()) {
                throw new BadLineException(line, "expected a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
            throw new BadLineException(line, "not well-formed JSON at column " + column + ": " + reason, e);
        }
    }

    private static Optional<String> scalar(JsonNode node, String column) {
        return Optional.ofNullable(node.get(column))
                .filter(value -> value.isValueNode() && !value.isNull())
                .map(JsonNode::asText);
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
