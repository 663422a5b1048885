package io.millrace.service.configuration;

import java.util.Objects;

/** Text that no log line, error or listing may hold. Whoever needs it asks for it by name. */
public record Secret(String reveal) {
    public Secret {
        Objects.requireNonNull(reveal, "reveal");
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
