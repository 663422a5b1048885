package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Rows;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * No name and no value reaches SQL unquoted: random hostile ones go through registration, planner, committer, leases,
 * status and reset, and what they would destroy or create is counted after each run.
 */
class HostileNamesTest {
    private static final int RUNS = Integer.getInteger("millrace.hostile.runs", 60);
    private static final List<String> PIECES = List.of(
            "\"",
            "'",
            "\"\"",
            "''",
            "\\",
            "\\'",
            "\\\"",
            ";",
            "--",
            "/*",
            "*/",
            "$$",
            "$1",
            "?",
            "??",
            ":x",
            "::text",
            "{",
            "}",
            "{fn now()}",
            "%s",
            "%I",
            "U&",
            "E'",
            "\u2028",
            "\u00a0",
            "ü",
            "😀",
            "\u02bc",
            "＇",
            " ",
            ",",
            "(",
            ")",
            "=",
            "public.canary",
            "DROP TABLE canary",
            "'; DROP TABLE canary; --",
            "\"; DROP TABLE canary; --",
            "\\'; DROP TABLE canary; --",
            "$$; DROP TABLE canary; $$",
            "); DELETE FROM canary; --",
            "'||(SELECT 1)||'",
            "COMMIT",
            "\"user\"",
            "select",
            "NULL",
            "a",
            "A",
            "0");
    private static final String WORLD = "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON"
            + " n.oid = relnamespace WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema' AND relkind = 'r'"
            + " UNION ALL SELECT 'role ' || rolname FROM pg_roles UNION ALL SELECT 'canary ' || line FROM public.canary"
            + " UNION ALL SELECT 'function ' || proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
            + " WHERE nspname = 'public' ORDER BY 1";

    private final TestDatabase database = TestDatabase.create();

    @BeforeEach
    void putCanaries() {
        database.execute("CREATE TABLE canary (line text); INSERT INTO canary VALUES ('sings')");
        // What an administrator may have set, and would turn \' into a quote.
        database.execute("ALTER DATABASE " + database.name() + " SET standard_conforming_strings = off");
        database.execute("ALTER DATABASE " + database.name() + " SET backslash_quote = on");
    }

    @AfterEach
    void canarySings() {
        assertThat(database.query("SELECT line FROM public.canary")).containsExactly("sings");
    }

    @Test
    void namesAndValuesAreNeverMoreThanNamesAndValues() throws SQLException {
        long seed = System.nanoTime();
        System.out.printf("hostile names: %d runs from seed %d%n", RUNS, seed);
        for (int run = 0; run < RUNS; run++) {
            try {
                survives(new Random(seed + run), run);
            } catch (RuntimeException | SQLException | AssertionError e) {
                throw new AssertionError("seed " + (seed + run), e);
            }
        }
    }

    private void survives(Random random, int run) throws SQLException {
        String schema = name(random);
        String table = name(random);
        List<String> columns = List.of(name(random) + 1, name(random) + 2, name(random) + 3);
        String key = name(random) + 0;
        ReadModel model = ReadModel.table(table)
                .key(key, TEXT)
                .column(columns.get(0), BIGINT)
                .column(columns.get(1), TEXT)
                .defaultValue(text(random))
                .column(columns.get(2), JSONB)
                .build();
        Projection projection = Projection.named("p" + run)
                .fromStream(text(random))
                .into(model)
                .alsoWrites(name(random) + 4)
                .on(text(random), JsonNode.class, (event, rows) -> {})
                .on(text(random) + "2", JsonNode.class, (event, rows) -> {})
                .build();
        database.execute("CREATE SCHEMA IF NOT EXISTS " + quoted(schema));
        List<String> before = new ArrayList<>(database.query(WORLD));

        PostgresSettings plain = database.settings();
        PostgresSettings settings =
                new PostgresSettings(plain.url(), plain.user(), plain.password(), schema, plain.timeouts());
        Map<String, String> expected = new TreeMap<>();
        try (PostgresStore store = PostgresStore.open(settings)) {
            PostgresBatchCommitter committer = store.committerFor(projection);
            for (int position = 1; position <= 3; position++) {
                commit(committer, projection, model, columns, position, random, expected);
            }
            assertThat(rows(schema, table, key, columns.get(1))).isEqualTo(expected);
            assertThat(store.checkpoints().find(projection.name())).isPresent();
            assertThat(store.isBeingWritten(projection.name())).isTrue();
            assertThat(store.topRows(model, columns.get(0), 100)).hasSize(expected.size());
            assertThat(PostgresStore.schemaScript(settings, List.of(projection)))
                    .contains(quoted(table));
            committer.close();
            store.committerFor(projection).close();
        }
        List<String> after = new ArrayList<>(database.query(WORLD));
        after.removeIf(line -> line.startsWith("millrace."));
        before.removeIf(line -> line.startsWith("millrace."));
        before.add(schema + "." + table);
        assertThat(after).containsExactlyInAnyOrderElementsOf(before);
    }

    private static void commit(
            PostgresBatchCommitter committer,
            Projection projection,
            ReadModel model,
            List<String> columns,
            int position,
            Random random,
            Map<String, String> expected) {
        Map<String, String> rows = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            rows.put(text(random), text(random));
        }
        expected.putAll(rows);
        assertThat(committer.commit(Fixtures.batch(
                        projection,
                        position,
                        Fixtures.changes(
                                model, all -> rows.forEach((key, value) -> write(all, key, value, columns, random))))))
                .isInstanceOf(Committed.class);
    }

    private static void write(Rows rows, String key, String value, List<String> columns, Random random) {
        rows.row(key)
                .increment(columns.get(0), 1)
                .set(columns.get(1), value)
                .merge(columns.get(2), Map.of(text(random), Map.of(text(random), value)));
    }

    private Map<String, String> rows(String schema, String table, String key, String column) throws SQLException {
        Map<String, String> found = new TreeMap<>();
        String sql = "SELECT " + quoted(key) + ", " + quoted(column) + " FROM " + quoted(schema) + "." + quoted(table);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.put(row.getString(1), row.getString(2));
            }
        }
        return found;
    }

    /** By the rule of the standard, and not by the code that is tried. */
    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int pieces = 1 + random.nextInt(6); pieces > 0; pieces--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /** As long as a name may be, with room for a digit; no two are the same. */
    private static String name(Random random) {
        String name = text(random);
        while (name.getBytes(StandardCharsets.UTF_8).length > 50 || name.startsWith("pg_")) {
            name = text(random);
        }
        return name + new UUID(random.nextLong(), 0).toString().substring(0, 8);
    }
}
