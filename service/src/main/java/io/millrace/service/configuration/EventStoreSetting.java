package io.millrace.service.configuration;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Which event store to read. */
public sealed interface EventStoreSetting {

    /** One that runs already; the connection string may hold a password. */
    record Server(Secret connectionString) implements EventStoreSetting {
        public Server {
            Objects.requireNonNull(connectionString, "connectionString");
        }
    }

    /** One that the program starts and stops itself; without a folder its events are gone when it stops. */
    record Embedded(Optional<Path> folder) implements EventStoreSetting {
        public Embedded {
            Objects.requireNonNull(folder, "folder");
        }
    }
}
