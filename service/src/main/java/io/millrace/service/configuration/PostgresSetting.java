package io.millrace.service.configuration;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Which PostgreSQL to write to. */
public sealed interface PostgresSetting {
    String DEFAULT_SCHEMA = "public";

    /** The schema of the read models. */
    String schema();

    /** One that runs already; the URL may hold a password too. */
    record Server(Secret url, Optional<String> user, Optional<Secret> password, String schema)
            implements PostgresSetting {
        public Server {
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(password, "password");
            Objects.requireNonNull(schema, "schema");
        }

        /**
         * The server at this URL, as the configuration takes it.
         *
         * @throws ConfigurationException if it is no such URL
         */
        public static Server at(String url) {
            PostgresUrl parsed = PostgresUrl.parse(url);
            return new Server(
                    new Secret(parsed.jdbc()), parsed.user(), parsed.password().map(Secret::new), DEFAULT_SCHEMA);
        }
    }

    /** One that the program starts and stops itself; without a folder its tables are gone when it stops. */
    record Embedded(Optional<Path> folder, String schema) implements PostgresSetting {
        public Embedded {
            Objects.requireNonNull(folder, "folder");
            Objects.requireNonNull(schema, "schema");
        }
    }
}
