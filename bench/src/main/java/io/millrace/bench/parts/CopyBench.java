package io.millrace.bench.parts;

import static java.util.Objects.requireNonNull;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Turns;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/**
 * Three ways to bring many folded rows into a table, half of which are there already: one {@code unnest} statement, as a
 * flush does; {@code COPY} into a temporary table and an {@code INSERT} from there; and two halves over two connections at
 * once, which is what key partitions of one read model would come to.
 */
public final class CopyBench {
    private static final List<Integer> SIZES = List.of(100, 1_000, 10_000, 50_000, 200_000);
    private static final int WARM_UP = 2;
    private static final String ON_CONFLICT =
            " ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n, total = t.total + excluded.total";
    private static final String UNNEST =
            "INSERT INTO rows AS t SELECT * FROM unnest(?::text[], ?::int8[], ?::int8[])" + ON_CONFLICT;

    private final Database database;
    private final Connection one;
    private final Connection other;
    private final ExecutorService second = Executors.newSingleThreadExecutor();

    private CopyBench(Database database) throws SQLException {
        this.database = database;
        this.one = database.connect("");
        this.other = database.connect("");
        try (Statement statement = one.createStatement()) {
            statement.execute("CREATE TEMP TABLE arriving (id text, n bigint, total bigint) ON COMMIT DELETE ROWS");
        }
    }

    @FunctionalInterface
    private interface Way {
        void write(int fromInclusive, int toExclusive) throws Exception;
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --rounds N}; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        Figures figures = new Figures("copy", words.figures());
        try (Database database = Database.start()) {
            CopyBench bench = new CopyBench(database);
            for (int size : SIZES) {
                bench.compare(size, words.number("--rounds", 7), figures);
            }
            bench.close();
        }
    }

    private void close() throws SQLException {
        second.shutdownNow();
        one.close();
        other.close();
    }

    private void compare(int rows, int rounds, Figures figures) throws Exception {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("unnest", (from, to) -> unnest(one, from, to));
        ways.put("copy", this::copy);
        ways.put("two connections", this::halves);
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        ways.keySet().forEach(name -> millis.put(name, new ArrayList<>()));
        Turns turns = new Turns();
        for (int round = -WARM_UP; round < rounds; round++) {
            for (Map.Entry<String, Way> way : turns.next(List.copyOf(ways.entrySet()))) {
                double took = millis(way.getValue(), rows);
                if (round >= 0) {
                    requireNonNull(millis.get(way.getKey())).add(took);
                }
            }
        }
        tell(rows, millis, figures);
    }

    private static void tell(int rows, Map<String, List<Double>> millis, Figures figures) throws IOException {
        String what = String.format("%,d rows, half of them there: ", rows);
        Spread unnest = new Spread(millis.getOrDefault("unnest", List.of()));
        for (Map.Entry<String, List<Double>> way : millis.entrySet()) {
            Spread spread = new Spread(way.getValue());
            figures.add(Figure.of(what + way.getKey(), spread, "ms"));
            if (!way.getKey().equals("unnest")) {
                figures.add(Figure.of(what + way.getKey() + " ÷ unnest", spread.ratioTo(unnest), "×"));
            }
        }
    }

    private double millis(Way way, int rows) throws Exception {
        database.execute("DROP TABLE IF EXISTS rows; CREATE TABLE rows (id text PRIMARY KEY, n bigint, total bigint);"
                + " INSERT INTO rows SELECT 'key-' || lpad((2 * i)::text, 9, '0'), 1, i FROM generate_series(0, "
                + (rows / 2 - 1) + ") AS i; CHECKPOINT");
        long begin = System.nanoTime();
        way.write(0, rows);
        double took = (System.nanoTime() - begin) / 1e6;
        String found = database.text("SELECT count(*) || ' ' || sum(n) FROM rows");
        String expected = rows + " " + (rows + rows / 2);
        if (!found.equals(expected)) {
            throw new IllegalStateException("expected " + expected + " rows and events: found=" + found);
        }
        return took;
    }

    private static String key(int i) {
        return String.format("key-%09d", i);
    }

    private static void unnest(Connection connection, int from, int to) throws SQLException {
        String[] ids = new String[to - from];
        Long[] counts = new Long[to - from];
        Long[] totals = new Long[to - from];
        for (int i = from; i < to; i++) {
            ids[i - from] = key(i);
            counts[i - from] = 1L;
            totals[i - from] = (long) i;
        }
        try (PreparedStatement statement = connection.prepareStatement(UNNEST)) {
            statement.setArray(1, connection.createArrayOf("text", ids));
            statement.setArray(2, connection.createArrayOf("int8", counts));
            statement.setArray(3, connection.createArrayOf("int8", totals));
            statement.executeUpdate();
        }
    }

    private void copy(int from, int to) throws Exception {
        StringBuilder text = new StringBuilder((to - from) * 32);
        for (int i = from; i < to; i++) {
            text.append(key(i)).append("\t1\t").append(i).append('\n');
        }
        one.setAutoCommit(false);
        try (Statement statement = one.createStatement()) {
            var into = one.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY arriving FROM STDIN");
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            into.writeToCopy(bytes, 0, bytes.length);
            into.endCopy();
            statement.execute("INSERT INTO rows AS t SELECT * FROM arriving" + ON_CONFLICT);
            one.commit();
        } finally {
            one.setAutoCommit(true);
        }
    }

    private void halves(int from, int to) throws Exception {
        int middle = (from + to) / 2;
        Future<?> half = second.submit(() -> {
            unnest(other, middle, to);
            return null;
        });
        unnest(one, from, middle);
        half.get();
    }
}
