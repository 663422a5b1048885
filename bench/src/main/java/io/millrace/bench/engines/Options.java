package io.millrace.bench.engines;

import io.millrace.bench.figures.Words;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says.
 *
 * @param events at most so many a round
 * @param seconds about how long a round takes; slow contenders get fewer events
 * @param only names of contenders, or beginnings of names; empty for all
 * @param workloads names of workloads; empty for all
 * @param flights a file of flights instead of the examples'
 * @param figures the folder where figures are kept
 */
record Options(
        int events,
        int rounds,
        double seconds,
        double warmUp,
        List<String> only,
        List<String> workloads,
        Optional<Path> flights,
        Path figures) {

    static Options of(String... args) {
        List<String> words = List.of(args);
        return new Options(
                Integer.parseInt(value(words, "--events").orElse("1000000")),
                Integer.parseInt(value(words, "--rounds").orElse("5")),
                Double.parseDouble(value(words, "--seconds").orElse("1")),
                Double.parseDouble(value(words, "--warm-up").orElse("3")),
                list(words, "--only"),
                list(words, "--workload"),
                value(words, "--flights").map(Path::of),
                Words.of(args).figures());
    }

    /** Those of these names that are wanted: a whole name means that one alone, without others that begin so. */
    List<String> wanted(List<String> contenders) {
        return contenders.stream()
                .filter(contender -> only.isEmpty()
                        || only.stream()
                                .anyMatch(wanted -> contenders.contains(wanted)
                                        ? contender.equals(wanted)
                                        : contender.startsWith(wanted)))
                .toList();
    }

    boolean wantsWorkload(String workload) {
        return workloads.isEmpty() || workloads.contains(workload);
    }

    private static List<String> list(List<String> words, String name) {
        return value(words, name)
                .map(names -> Arrays.asList(names.split(",", -1)))
                .orElse(List.of());
    }

    private static Optional<String> value(List<String> words, String name) {
        int at = words.indexOf(name);
        if (at >= 0 && at + 1 == words.size()) {
            throw new IllegalArgumentException("expected a value after " + name);
        }
        return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
    }
}
