package io.millrace.bench.figures;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures of one measurement: printed, and kept as lines of JSON where a report finds them. For one thread. */
public final class Figures {
    private final String measurement;
    private final List<Figure> figures = new ArrayList<>();

    /** @param measurement the word that {@code bench/run} knows it by */
    public Figures(String measurement) {
        this.measurement = measurement;
        System.out.printf(
                Locale.ROOT,
                "%s: %d cores, Java %s, load %.1f%n",
                measurement,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    public void add(Figure figure) {
        figures.add(figure);
        System.out.println(figure.line());
    }

    /** Writes them to {@code MEASUREMENT.jsonl} in this folder, in place of those of an earlier run. */
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve(measurement + ".jsonl"),
                figures.stream().map(Figure::json).toList());
    }
}
