package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class OldestSnapshotTest {
    private final TestDatabase database = TestDatabase.create();

    @Test
    void isNobodysWhereNoTransactionIsOpen() throws SQLException {
        try (Connection asking = database.connect()) {
            assertThat(OldestSnapshot.find(asking, 0)).isEmpty();
        }
    }

    @Test
    void isAnIdleTransactionsWithItsProcessRoleAndProgram() throws SQLException {
        try (Connection asking = database.connect();
                Connection report = database.connect();
                Statement statement = report.createStatement()) {
            begin(statement, "nightly report");

            OldestSnapshot oldest = OldestSnapshot.find(asking, 0).orElseThrow();

            assertThat(oldest.kind()).isEqualTo("a transaction that is idle");
            assertThat(oldest.processId()).isEqualTo(processId(statement));
            assertThat(oldest.whose()).isEqualTo("postgres, nightly report");
            assertThat(oldest.toString())
                    .startsWith("a transaction that is idle, server process " + oldest.processId()
                            + " (postgres, nightly report), for 0 s, ");
            assertThat(OldestSnapshot.find(asking)).isEmpty();
        }
    }

    @Test
    void isTheOneOfTheMostTransactionsAgo() throws SQLException {
        try (Connection asking = database.connect();
                Connection first = database.connect();
                Connection second = database.connect();
                Statement older = first.createStatement();
                Statement younger = second.createStatement();
                Statement writing = asking.createStatement()) {
            begin(older, "older");
            writing.execute("CREATE TABLE dead (id int)");
            begin(younger, "younger");
            writing.execute("DROP TABLE dead");

            OldestSnapshot oldest = OldestSnapshot.find(asking, 0).orElseThrow();

            assertThat(oldest.whose()).isEqualTo("postgres, older");
            assertThat(oldest.transactions()).isGreaterThanOrEqualTo(2);
            older.execute("ROLLBACK");
            OldestSnapshot next = OldestSnapshot.find(asking, 0).orElseThrow();
            assertThat(next.whose()).isEqualTo("postgres, younger");
            assertThat(next.isSameAs(oldest)).isFalse();
        }
    }

    @Test
    void isADumpsWhereOneRuns() throws SQLException {
        try (Connection asking = database.connect();
                Connection dump = database.connect();
                Statement statement = dump.createStatement()) {
            begin(statement, "pg_dump");

            assertThat(OldestSnapshot.find(asking, 0)).map(OldestSnapshot::kind).contains("a dump");
        }
    }

    @Test
    void isASessionThatOurRoleMayNotLookIntoOnceManyTransactionsHaveBegunSince() throws SQLException {
        try (Connection asking = database.connect();
                Connection other = database.connect();
                Statement statement = other.createStatement();
                Statement writing = asking.createStatement()) {
            writing.execute("CREATE ROLE plain; CREATE TABLE dead (id int)");
            begin(statement, "another role");
            for (int i = 0; i < 100; i++) {
                writing.execute("INSERT INTO dead VALUES (1)");
            }
            writing.execute("SET ROLE plain");

            OldestSnapshot oldest = OldestSnapshot.find(asking).orElseThrow();

            assertThat(oldest.kind()).startsWith("a session that our role may not look into");
            assertThat(oldest.processId()).isPositive();
            assertThat(oldest.age()).isEmpty();
            writing.execute("RESET ROLE; DROP ROLE plain");
        }
    }

    private static void begin(Statement statement, String application) throws SQLException {
        statement.execute("SET application_name = '" + application + "'");
        statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
        statement.execute("SELECT 1");
    }

    private static int processId(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
