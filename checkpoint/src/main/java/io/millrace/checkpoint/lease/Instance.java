package io.millrace.checkpoint.lease;

import java.util.Objects;
import java.util.UUID;

/** One running program that takes leases, with the machine and the process that it runs in. */
public record Instance(UUID id, String host, long processId) {
    public Instance {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(host, "host");
    }

    @Override
    public String toString() {
        return "process " + processId + " on " + host;
    }
}
