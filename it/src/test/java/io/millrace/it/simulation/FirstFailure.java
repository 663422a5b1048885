package io.millrace.it.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;
import org.slf4j.LoggerFactory;

/** Runs the test classes that are named and says what fails first: what the mutations of SQL are run against. */
final class FirstFailure {
    private static final int LONGEST_MESSAGE = 100;

    private FirstFailure() {}

    public static void main(String[] classes) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(
                        Stream.of(classes).map(DiscoverySelectors::selectClass).toList())
                .build();
        LauncherFactory.create().execute(request, listener);
        List<Failure> failures = listener.getSummary().getFailures();
        if (listener.getSummary().getTestsFoundCount() == 0) {
            throw new IllegalArgumentException("expected tests: classes=" + List.of(classes));
        }
        failures.stream().limit(1).forEach(failure -> System.out.println("caught by " + describe(failure)));
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private static String describe(Failure failure) {
        String test = failure.getTestIdentifier().getLegacyReportingName();
        String message =
                String.valueOf(failure.getException().getMessage()).strip().replaceAll("\\s+", " ");
        return test + ": " + message.substring(0, Math.min(LONGEST_MESSAGE, message.length()));
    }
}
