package io.millrace.bench.parts;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@code Parts} under JMH, and keeps time and allocation an event. */
public final class PartsBench {
    private static final String PARTS = "io.millrace.bench.parts.Parts";
    private static final String FIGURES = "--figures";

    private PartsBench() {}

    /**
     * Runs and prints.
     *
     * @param args {@code --figures FOLDER}, and any of JMH's own options, which come before ours
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        CommandLineOptions theirs = new CommandLineOptions(withoutFigures(args));
        var results = new Runner(new OptionsBuilder()
                        .parent(theirs)
                        .include(PARTS)
                        .addProfiler(GCProfiler.class)
                        .forks(theirs.getForkCount().orElse(1))
                        .warmupIterations(theirs.getWarmupIterations().orElse(5))
                        .warmupTime(theirs.getWarmupTime().orElse(TimeValue.seconds(1)))
                        .measurementIterations(theirs.getMeasurementIterations().orElse(5))
                        .measurementTime(theirs.getMeasurementTime().orElse(TimeValue.seconds(1)))
                        .build())
                .run();
        Figures figures = new Figures("parts", words.figures());
        for (RunResult result : results) {
            String name = "per event of a batch of 1,000: "
                    + result.getPrimaryResult().getLabel();
            figures.add(Figure.of(name, times(result), "ns"));
            var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            if (allocated != null) {
                figures.add(Figure.of(name + ", allocated", new Spread(List.of(allocated.getScore())), "bytes"));
            }
        }
    }

    private static Spread times(RunResult result) {
        List<Double> times = new ArrayList<>();
        result.getBenchmarkResults()
                .forEach(run -> run.getIterationResults().stream()
                        .map(IterationResult::getPrimaryResult)
                        .forEach(primary -> times.add(primary.getScore())));
        return new Spread(times);
    }

    private static String[] withoutFigures(String... args) {
        List<String> left = new ArrayList<>(Arrays.asList(args));
        int at = left.indexOf(FIGURES);
        if (at >= 0) {
            left.subList(at, Math.min(left.size(), at + 2)).clear();
        }
        return left.toArray(String[]::new);
    }
}
