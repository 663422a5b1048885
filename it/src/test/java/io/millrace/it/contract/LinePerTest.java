package io.millrace.it.contract;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints {@code ok}, {@code FAIL} or {@code skip} with each test's name, and a summary. Used by one thread. */
final class LinePerTest implements TestExecutionListener {
    private final PrintStream out;
    private final List<String> failures = new ArrayList<>();
    private final long start = System.nanoTime();
    private long testStart;
    private int passed;
    private int skipped;

    LinePerTest(PrintStream out) {
        this.out = out;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skip(test, reason);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        testStart = System.nanoTime();
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String cause = result.getThrowable().map(Throwable::toString).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    passed++;
                    out.println("ok    " + name(test) + " (" + (System.nanoTime() - testStart) / 1_000_000 + " ms)");
                }
            }
            case ABORTED -> skip(test, cause.replaceFirst("^[^:]*: (Assumption failed: )?", ""));
            case FAILED -> {
                failures.add(name(test));
                out.println("FAIL  " + name(test));
                out.println("      " + cause.strip().replace("\n", "\n      "));
            }
        }
    }

    private void skip(TestIdentifier test, String reason) {
        skipped++;
        out.println("skip  " + name(test) + ": " + reason);
    }

    /** Whether tests ran and none failed. */
    boolean summary() {
        out.printf(
                Locale.ROOT,
                "%n%d tests passed, %d failed, %d skipped (a class that is skipped counts once), in %.1f s%n",
                passed,
                failures.size(),
                skipped,
                (System.nanoTime() - start) / 1e9);
        failures.forEach(name -> out.println("failed: " + name));
        return failures.isEmpty() && passed > 0;
    }

    private static String name(TestIdentifier test) {
        String type = test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? method.getClassName()
                        : source instanceof ClassSource owner ? owner.getClassName() : "")
                .orElse("");
        String simple = type.substring(type.lastIndexOf('.') + 1);
        if (test.getSource().filter(MethodSource.class::isInstance).isEmpty()) {
            return simple.isEmpty() ? test.getDisplayName() : simple;
        }
        String method = ((MethodSource) test.getSource().orElseThrow()).getMethodName();
        String display = test.getDisplayName();
        return simple + "." + method + (display.startsWith(method) ? "" : " " + display);
    }
}
