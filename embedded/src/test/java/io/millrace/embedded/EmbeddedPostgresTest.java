package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @Test
    void answersQueriesOnAFreePort() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            assertThat(query(postgres, "SELECT 1 + 1")).isEqualTo("2");
        }
    }

    @Test
    void keepsItsDataOverARestartOnTheSamePort() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            int port = postgres.port();
            query(postgres, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
            postgres.stop();
            assertThatThrownBy(() -> query(postgres, "SELECT 1")).isInstanceOf(SQLException.class);
            postgres.restart();
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void keepsItsDataInAGivenFolder(@TempDir Path folder) throws SQLException {
        Path data = folder.resolve("with space");
        try (EmbeddedPostgres first = EmbeddedPostgres.start(data)) {
            query(first, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
        }
        try (EmbeddedPostgres second = EmbeddedPostgres.start(data)) {
            assertThat(query(second, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(query(second, "SHOW fsync")).isEqualTo("on");
        }
    }

    @Test
    void recoversWhatWasCommittedBeforeItWasKilled() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            query(postgres, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
            postgres.kill();
            assertThatThrownBy(() -> query(postgres, "SELECT 1")).isInstanceOf(SQLException.class);
            postgres.restart();
            assertThat(query(postgres, "UPDATE kept SET answer = answer + 1 RETURNING answer"))
                    .isEqualTo("43");
            postgres.stopImmediately();
            assertThatThrownBy(() -> query(postgres, "SELECT 1")).isInstanceOf(SQLException.class);
            postgres.restart();
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("43");
        }
    }

    /** The library that starts it stops it at the end of the process, too, at the same time. */
    @Test
    void leavesNoFilesWhereItIsClosedAsTheProcessEnds(@TempDir Path temporary) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-Dot.epg.working-dir=" + System.getProperty("java.io.tmpdir")
                                + "/embedded-pg", // unpacked once
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClosesAtItsEnd.class.getName())
                .inheritIO()
                .start();

        assertThat(process.waitFor()).isZero();
        assertThat(temporary).isEmptyDirectory();
    }

    /** A program. */
    static final class ClosesAtItsEnd {
        private ClosesAtItsEnd() {}

        public static void main(String... args) {
            Runtime.getRuntime().addShutdownHook(new Thread(EmbeddedPostgres.start()::close));
        }
    }

    private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                return result.getString(1);
            }
        }
    }
}
