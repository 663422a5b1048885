package io.millrace.bench.replays;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A {@link HeapRun} that is over.
 *
 * @param failure how it ended, as a sentence; empty if well
 */
record HeapProcess(List<String> said, Optional<String> failure) {
    private static final long LIMIT_MINUTES = 5;

    /** Something that was live after a collection, when so many events had been handled. */
    record Look(long handled, double mib) {}

    /** Runs one to its end, however that comes. */
    static HeapProcess run(int heapMiB, String... args) throws IOException, InterruptedException {
        Path out = Files.createTempFile("millrace-bench-heap", ".out");
        try {
            Process process = new ProcessBuilder(command(heapMiB, args))
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
            process.destroyForcibly().waitFor();
            List<String> said = Files.readAllLines(out);
            return new HeapProcess(said, failure(said, ended, process.exitValue()));
        } finally {
            Files.deleteIfExists(out);
        }
    }

    private static List<String> command(int heapMiB, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMiB + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                HeapRun.class.getName()));
        command.addAll(Arrays.asList(args));
        return command;
    }

    private static Optional<String> failure(List<String> said, boolean ended, int code) {
        if (ended && code == 0) {
            return Optional.empty();
        }
        String how = "ended with code " + code + ", as said above";
        if (!ended) {
            how = "had not ended after " + LIMIT_MINUTES + " minutes";
        } else if (said.stream().anyMatch(line -> line.contains("OutOfMemoryError"))) {
            how = "ran out of memory";
        }
        long seen = Stream.concat(looks(said, "live"), looks(said, "kept"))
                .mapToLong(Look::handled)
                .max()
                .orElse(0);
        return Optional.of(String.format(Locale.ROOT, "The replay %s; its last look was after %,d events.", how, seen));
    }

    /** In the order of the events. */
    List<Look> looks(String of) {
        return looks(said, of).toList();
    }

    private static Stream<Look> looks(List<String> said, String of) {
        return lines(said, of).map(words -> new Look(Long.parseLong(words[1]), Double.parseDouble(words[2])));
    }

    double value(String of) {
        return lines(said, of)
                .mapToDouble(words -> Double.parseDouble(words[1]))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<String[]> lines(List<String> said, String of) {
        return said.stream().map(line -> line.split(" ", -1)).filter(words -> words[0].equals(of));
    }
}
