package io.millrace.it.contract;

import com.eventstore.dbclient.EventStoreDBClient;
import io.millrace.it.contract.StoresUnderTest.Role;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the suite without a build tool: {@code java -jar … esdb://host:2113?tls=false}. Ends with 0 when all tests passed
 * or were skipped, with 1 when one failed or none was found, with 2 when the arguments are wrong.
 */
public final class ContractSuite {
    private static final String USAGE = """
            The contract suite of Millrace: what an EventStoreDB server does for users of the Java client.

              java -jar millrace-contract.jar CONNECTION-STRING [ROLE=CONNECTION-STRING ...]

              java -jar millrace-contract.jar 'esdb://127.0.0.1:2113?tls=false'

            Further servers, for the tests that need them (skipped without):
              secured=        with users and TLS: esdb://admin:changeit@host:2113?tls=true&tlsVerifyCert=false
              follower=       of a cluster, not its leader
              large-appends=  that takes appends of 16 MiB

            Streams are new in each run and stay: use a server whose data may be thrown away.
            """;

    private ContractSuite() {}

    public static void main(String[] arguments) {
        // The client logs to whatever it finds; there is nothing here, and no need to say so.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        for (int i = 0; i < arguments.length; i++) {
            if (!take(arguments[i], i == 0)) {
                System.err.print(USAGE);
                System.exit(2);
            }
        }
        if (arguments.length == 0) {
            System.err.print(USAGE);
            System.exit(2);
        }
        if (!isReached(arguments[0])) {
            System.err.println("an event store was expected at " + host(arguments[0]) + ": none answers there");
            System.exit(2);
        }
        // The client's threads would keep the process alive.
        System.exit(run() ? 0 : 1);
    }

    private static boolean take(String argument, boolean first) {
        if (first) {
            System.setProperty(Target.property(Role.PLAIN), argument);
            return argument.contains("://");
        }
        int equals = argument.indexOf('=');
        Optional<Role> role = role(argument.substring(0, Math.max(0, equals)));
        role.ifPresent(of -> System.setProperty(Target.property(of), argument.substring(equals + 1)));
        return role.isPresent();
    }

    private static Optional<Role> role(String name) {
        String constant = name.toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(Role.values())
                .filter(role -> role.name().equals(constant))
                .findFirst();
    }

    private static boolean isReached(String connectionString) {
        EventStoreDBClient client = Target.connect(connectionString);
        try {
            client.getServerVersion().get();
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            Outcome.of(client.shutdown());
        }
    }

    /** Without the password. */
    private static String host(String connectionString) {
        return connectionString.replaceFirst("://[^/@]*@", "://");
    }

    private static boolean run() {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectPackage(ContractSuite.class.getPackageName()))
                .filters(ClassNameFilter.includeClassNamePatterns(".*IT"))
                .build();
        LinePerTest report = new LinePerTest(System.out);
        LauncherFactory.create().execute(request, report);
        return report.summary();
    }
}
