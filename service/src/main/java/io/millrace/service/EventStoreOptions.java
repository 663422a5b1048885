package io.millrace.service;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How an embedded event store is started.
 *
 * @param port where it listens; 0 is a free one
 * @param dataFolder where it keeps its events; empty is nowhere
 * @param users their passwords by their names; nobody is asked when there are none
 * @param tls whether it speaks TLS only
 */
record EventStoreOptions(int port, Optional<Path> dataFolder, Map<String, String> users, boolean tls) {
    /** Doesn't show the passwords. */
    @Override
    public String toString() {
        return "EventStoreOptions[port=" + port + ", dataFolder=" + dataFolder + ", users=" + users.keySet() + ", tls="
                + tls + "]";
    }
}
