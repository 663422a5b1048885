package io.millrace.it;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.it.contract.StoresUnderTest;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The servers that the contract suite runs against in this build. {@code MILLRACE_IT_EVENTSTORE} names the plain one,
 * {@code MILLRACE_IT_EVENTSTORE_SECURED} (…{@code _FOLLOWER}, …{@code _LARGE_APPENDS}) the others; where none is named,
 * embedded ones play these parts.
 */
public final class ContractServers implements StoresUnderTest {
    private static final String ENVIRONMENT = "MILLRACE_IT_EVENTSTORE";

    private final Map<Role, String> started = new EnumMap<>(Role.class);

    @Override
    public synchronized Optional<String> connectionString(Role role) {
        if (role == Role.PLAIN) {
            return Optional.of(Servers.eventStore().connectionString());
        }
        if (Servers.environment(ENVIRONMENT).isPresent()) {
            return Servers.environment(ENVIRONMENT + "_" + role.name().toUpperCase(Locale.ROOT));
        }
        return Optional.of(started.computeIfAbsent(role, ContractServers::start));
    }

    private static String start(Role role) {
        EmbeddedEventStore.Builder settings = EmbeddedEventStore.builder();
        EmbeddedEventStore store = switch (role) {
            case SECURED -> settings.tls().user("admin", "changeit").start();
            case LARGE_APPENDS -> settings.maxAppendSize(16 << 20).start();
            case PLAIN, FOLLOWER -> settings.start();
        };
        if (role == Role.FOLLOWER) {
            store.faults().pretendNotLeader("127.0.0.1", store.port());
        }
        Servers.atExit(store::close);
        return store.connectionString();
    }
}
