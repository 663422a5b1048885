package io.millrace.bench.figures;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * The figures of one measurement: each is printed, and kept as a line of JSON where a report finds it, as soon as it is
 * known, so that what fails later costs only what was not measured yet. For one thread.
 */
public final class Figures {

    private final Path file;

    /**
     * Begins anew: forgets the measurement's earlier figures.
     *
     * @param measurement the word that {@code bench/run} knows it by
     * @param folder where {@code MEASUREMENT.jsonl} is written
     */
    public Figures(String measurement, Path folder) throws IOException {
        Files.createDirectories(folder);
        this.file = folder.resolve(measurement + ".jsonl");
        Files.write(file, List.of());
        System.out.printf(
                Locale.ROOT,
                "%s: %d cores, Java %s, load %.1f%n",
                measurement,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** Prints and keeps one. */
    public void add(Figure figure) throws IOException {
        System.out.println(figure.line());
        Files.write(file, List.of(figure.json()), StandardOpenOption.APPEND);
    }
}
