package io.millrace.checkpoint;

import java.util.Objects;
import java.util.UUID;

/**
 * Who moves a checkpoint: one running projector, with the machine and the process that it runs in. Said to whoever is
 * fenced by it.
 */
public record Writer(UUID id, String host, long processId) {
    public Writer {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(host, "host");
    }

    @Override
    public String toString() {
        return "process " + processId + " on " + host + " (writer " + id + ")";
    }
}
