package io.millrace.bench.engines;

import io.millrace.bench.figures.Turns;
import io.millrace.bench.machine.Database;
import io.millrace.bench.machine.Usage;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Contenders over one workload: each warmed, then all in every round, in another order each time, so that they meet the
 * same moods of the machine. Every run is verified against a plain fold. For one thread.
 */
final class Race {
    private static final int FIRST = 2_000;

    /** Whoever does as many in some multiple of a round's time gets that. */
    private static final int LEAST = 200_000;

    private static final int MORE = 2;

    /** A compiler's thread that is at work for this part of the time takes a processor from one of two contenders. */
    private static final double STILL_COMPILING = 0.1;

    /** So many times the usual warming is waited for that at most. */
    private static final int MOST_MORE = 3;

    /** At least so many groups, that a round is more than its beginning and its end. */
    private static final int GROUPS = 10;

    private final Database database;
    private final Workload workload;
    private final List<EventEnvelope> events;
    private final Options options;
    private final Map<Integer, List<String>> expected = new HashMap<>();
    /** What PostgreSQL said to those that cannot run, by name. */
    private final Map<String, String> refused = new LinkedHashMap<>();

    Race(Database database, Workload workload, List<EventEnvelope> events, Options options) {
        this.database = database;
        this.workload = workload;
        this.events = events;
        this.options = options;
    }

    /** Returns the laps in the contenders' order, without those whom PostgreSQL refuses. */
    List<Laps> run(List<Contender> contenders) throws Exception {
        List<Laps> all = new ArrayList<>();
        for (Contender contender : contenders) {
            System.err.printf(Locale.ROOT, "%s: warming %s%n", workload.name(), contender.name());
            unlessRefused(contender, () -> all.add(new Laps(contender, warm(contender))));
        }
        settle(all);
        Turns turns = new Turns();
        for (int round = 1; round <= options.rounds(); round++) {
            System.err.printf(Locale.ROOT, "%s: round %d of %d%n", workload.name(), round, options.rounds());
            for (Laps laps : turns.next(all)) {
                unlessRefused(laps.contender(), () -> laps.add(measure(laps.contender(), laps.events())));
            }
            dropRefused(all);
        }
        return all;
    }

    Map<String, String> refused() {
        return Collections.unmodifiableMap(refused);
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private void unlessRefused(Contender contender, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (SQLException e) {
            refused.put(contender.name(), reason(e));
        }
    }

    private void dropRefused(List<Laps> all) {
        all.removeIf(laps -> refused.containsKey(laps.contender().name()));
    }

    private static String reason(SQLException e) {
        SQLException cause = e.getNextException() == null ? e : e.getNextException();
        String said = String.valueOf(cause.getMessage());
        return said.substring(Math.max(0, said.indexOf("ERROR:")))
                .lines()
                .findFirst()
                .orElse(said);
    }

    /** A round that does not count: what each does when all have been compiled says how many events it gets. */
    private void settle(List<Laps> all) throws Exception {
        for (int i = 0; i < all.size(); i++) {
            Laps laps = all.get(i);
            int at = i;
            unlessRefused(laps.contender(), () -> {
                double rate = laps.events() / seconds(measure(laps.contender(), laps.events()));
                double count = Math.max(rate * options.seconds(), Math.min(LEAST, rate * options.seconds() * MORE));
                all.set(at, new Laps(laps.contender(), bounded(count, laps.contender())));
            });
        }
        dropRefused(all);
    }

    /** Until it is compiled, as far as that has an end; returns how many events a round takes. */
    private int warm(Contender contender) throws Exception {
        double left = options.warmUp();
        int count = bounded(FIRST, contender);
        while (true) {
            long compiled = compiledMillis();
            double seconds = seconds(measure(contender, count));
            double compiling = (compiledMillis() - compiled) / 1e3 / seconds;
            left -= seconds;
            double rate = count / seconds;
            boolean isCompiled = compiling < STILL_COMPILING || left < -MOST_MORE * options.warmUp();
            if (left <= 0 && isCompiled) {
                return bounded(rate * options.seconds(), contender);
            }
            count = bounded(Math.min(rate * options.seconds(), 10.0 * count), contender);
        }
    }

    private static long compiledMillis() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    private int bounded(double count, Contender contender) {
        int group = contender.groupSize();
        int bounded = (int) Math.max(Math.max(FIRST, GROUPS * group), Math.min(events.size(), count));
        return Math.min(events.size(), (bounded + group - 1) / group * group);
    }

    private static double seconds(Usage usage) {
        return usage.elapsed().toNanos() / 1e9;
    }

    private Usage measure(Contender contender, int count) throws Exception {
        try (Contender.Run run = contender.begin(events.subList(0, count))) {
            Usage before = Usage.before(database);
            run.run();
            Usage usage = Usage.since(before, database);
            verify(contender, run.schema(), count);
            return usage;
        }
    }

    private void verify(Contender contender, String schema, int count) throws Exception {
        List<String> right = expected.computeIfAbsent(count, this::expectedRows);
        List<String> rows = new ArrayList<>(
                database.texts("SELECT " + workload.rowText() + " FROM " + schema + "." + workload.table() + " AS t"));
        Collections.sort(rows);
        if (!rows.equals(right)) {
            throw new IllegalStateException("expected the rows of a plain fold from " + contender.name() + ", "
                    + right.size() + " of them: " + rows.size() + ", the first of them " + rows.get(0) + ", expected "
                    + right.get(0));
        }
    }

    private List<String> expectedRows(int count) {
        return workload.expectedRows(events.subList(0, count)).stream().sorted().toList();
    }
}
