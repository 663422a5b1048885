package io.millrace.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints at the end of {@code mvn verify} how many minutes each part of it took: the tests of each module, as surefire's
 * reports tell, each class of this last one, and all since the build began.
 */
public final class MinutesPerPart implements TestExecutionListener {
    /** When the build began; without it nothing is printed, since it is not a whole build that ends here. */
    private static final String BEGAN = "millrace.build.began";

    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final Pattern TIME = Pattern.compile("<testsuite [^>]*\\btime=\"([0-9.]+)\"");

    private final Map<String, Instant> begun = new ConcurrentHashMap<>();
    private final Map<String, Duration> took = new ConcurrentHashMap<>();

    /** From when to when. */
    private record Span(Instant from, Instant to) {
        Span and(Span other) {
            return new Span(from.isBefore(other.from) ? from : other.from, to.isAfter(other.to) ? to : other.to);
        }

        Duration length() {
            return Duration.between(from, to);
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (isTopClass(test)) {
            begun.put(test.getUniqueId(), Instant.now());
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Instant since = begun.get(test.getUniqueId());
        if (since != null) {
            took.put(test.getDisplayName(), Duration.between(since, Instant.now()));
        }
    }

    private static boolean isTopClass(TestIdentifier test) {
        return test.getSource()
                .filter(ClassSource.class::isInstance)
                .map(source -> ((ClassSource) source).getClassName())
                .filter(name -> name.indexOf('$') < 0)
                .isPresent();
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        Optional<Instant> began = Optional.ofNullable(System.getProperty(BEGAN))
                .filter(text -> !text.isEmpty())
                .map(Instant::parse);
        began.ifPresent(since -> lines(since).forEach(System.out::println));
    }

    private List<String> lines(Instant buildBegan) {
        List<String> lines = new ArrayList<>();
        lines.add("minutes of this build, part by part:");
        modules(buildBegan).forEach((module, span) -> lines.add(line(module, span.length())));
        took.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(entry -> lines.add(line("it: " + entry.getKey(), entry.getValue())));
        Duration all = Duration.between(buildBegan, Instant.now());
        lines.add(line("all of it, compiling and packing included", all)
                + (all.compareTo(LIMIT) > 0 ? "  MORE THAN THE " + LIMIT.toMinutes() + " THAT ARE ALLOWED" : ""));
        return lines;
    }

    private static String line(String part, Duration time) {
        return String.format(Locale.ROOT, "  %6.2f  %s", time.toMillis() / 60_000.0, part);
    }

    /** The modules that this build has tested, in the order in which it did. */
    private static Map<String, Span> modules(Instant buildBegan) {
        Map<String, Span> modules = new LinkedHashMap<>();
        try (Stream<Path> reports = Files.find(
                Path.of(".."),
                5,
                (file, what) -> file.toString().matches(".*/target/surefire-reports/TEST-.*\\.xml"))) {
            reports.map(MinutesPerPart::report)
                    .filter(report -> report.span.to().isAfter(buildBegan))
                    .sorted(Comparator.comparing(report -> report.span.to()))
                    .forEach(report -> modules.merge(report.module, report.span, Span::and));
        } catch (IOException e) {
            throw new UncheckedIOException("expected to read surefire's reports", e);
        }
        return modules;
    }

    private record Report(String module, Span span) {}

    private static Report report(Path file) {
        try {
            Instant end = Files.getLastModifiedTime(file).toInstant();
            Matcher time = TIME.matcher(Files.readString(file));
            long millis = time.find() ? Math.round(Double.parseDouble(time.group(1)) * 1000) : 0;
            return new Report(file.getName(1).toString(), new Span(end.minusMillis(millis), end));
        } catch (IOException e) {
            throw new UncheckedIOException("expected to read " + file, e);
        }
    }
}
