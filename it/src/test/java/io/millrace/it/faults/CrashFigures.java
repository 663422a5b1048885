package io.millrace.it.faults;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.StringJoiner;

/** How many kills there were, and what they hit; kept in a file, so that a long run can go on where it was broken off. */
final class CrashFigures {
    private final Properties counts = new Properties();

    static CrashFigures none() {
        return new CrashFigures();
    }

    /** What an earlier run has written, if there was one. */
    static CrashFigures read(Path file) {
        CrashFigures figures = new CrashFigures();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                figures.counts.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return figures;
    }

    void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (Writer writer = Files.newBufferedWriter(file)) {
                counts.store(writer, "kill -9 of the projector");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(CrashRound.Kill kill) {
        count("kills");
        count(kill.point().name());
        if (kill.inFlight()) {
            count("in-flight");
            count(kill.committed() ? "in-flight.committed" : "in-flight.not-committed");
            count(kill.point().name() + (kill.committed() ? ".committed" : ".not-committed"));
        }
    }

    void addRound() {
        count("rounds");
    }

    void add(CrashFigures other) {
        other.counts.stringPropertyNames().forEach(name -> counts.setProperty(name, text(of(name) + other.of(name))));
    }

    private void count(String name) {
        counts.setProperty(name, text(of(name) + 1));
    }

    private static String text(int number) {
        return Integer.toString(number);
    }

    private int of(String name) {
        return Integer.parseInt(counts.getProperty(name, "0"));
    }

    int kills() {
        return of("kills");
    }

    int inFlight() {
        return of("in-flight");
    }

    int committed() {
        return of("in-flight.committed");
    }

    int notCommitted() {
        return of("in-flight.not-committed");
    }

    @Override
    public String toString() {
        StringJoiner points = new StringJoiner(", ");
        for (KillPoint point : KillPoint.values()) {
            points.add(point.name() + " " + of(point.name()) + " (committed " + of(point.name() + ".committed")
                    + ", not " + of(point.name() + ".not-committed") + ")");
        }
        return kills() + " kills in " + of("rounds") + " replays, each ending in the rows and the checkpoint of a plain"
                + " fold; " + inFlight() + " in a flush in flight, of which " + committed() + " were committed and "
                + notCommitted() + " were not; " + points;
    }
}
