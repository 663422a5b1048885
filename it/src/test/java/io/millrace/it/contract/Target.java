package io.millrace.it.contract;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import io.millrace.it.contract.StoresUnderTest.Role;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds the servers under test, and connects the official client to them. */
final class Target {
    private static final Optional<StoresUnderTest> STORES =
            ServiceLoader.load(StoresUnderTest.class).findFirst();

    private Target() {}

    /** The system property that names the server for this role. */
    static String property(Role role) {
        return "millrace.contract." + role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<String> find(Role role) {
        if (System.getProperty(property(Role.PLAIN)) != null) {
            return Optional.ofNullable(System.getProperty(property(role)));
        }
        return STORES.flatMap(stores -> stores.connectionString(role));
    }

    /** The server that all tests use. */
    static String plain() {
        return find(Role.PLAIN)
                .orElseThrow(() -> new IllegalStateException(
                        "a connection string was expected in the system property " + property(Role.PLAIN)));
    }

    static EventStoreDBClient connect(String connectionString) {
        return EventStoreDBClient.create(settings(connectionString));
    }

    static EventStoreDBClientSettings settings(String connectionString) {
        return EventStoreDBConnectionString.parseOrThrow(connectionString);
    }
}
