package io.millrace.examples;

import java.util.Objects;

/**
 * An event to be appended for a demonstration.
 *
 * @param data JSON
 */
public record SampleEvent(String stream, String type, String data) {
    public SampleEvent {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
    }
}
