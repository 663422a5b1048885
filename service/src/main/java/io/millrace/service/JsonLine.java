package io.millrace.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Writes a record as one line of JSON, its components in their order. */
final class JsonLine {
    private static final JsonMapper JSON = new JsonMapper();

    private JsonLine() {}

    static String of(Record values) {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("expected values that can be written as JSON: " + values, e);
        }
    }
}
