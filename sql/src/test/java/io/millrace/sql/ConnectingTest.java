package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.projections.ColumnType;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.PostgresException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the person at the keyboard reads when PostgreSQL cannot be used, and how its sessions look from inside. */
class ConnectingTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    /** As the operating system has them. */
    private static final String KEEP_ALIVES = "concat_ws(' ', current_setting('tcp_keepalives_idle'),"
            + " current_setting('tcp_keepalives_interval'), current_setting('tcp_keepalives_count'))";

    private final TestDatabase database = TestDatabase.create();

    @Test
    void aServerThatIsNotThereIsUnreachable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        PostgresException e = refusal(PostgresSettings.of(database.url(port), "postgres", "postgres", "public"));

        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("PostgreSQL cannot be reached").hasMessageContaining("" + port);
    }

    @Test
    void theUrlsSocketTimeoutScalesAllThatAFlushWaitsFor() {
        String url = "jdbc:postgresql://localhost/postgres";

        assertThat(PostgresSettings.of(url, "", "", "public").timeouts()).isEqualTo(FlushTimeouts.DEFAULT);
        assertThat(FlushTimeouts.within(Duration.ofSeconds(60))).isEqualTo(FlushTimeouts.DEFAULT);
        assertThat(PostgresSettings.of(url + "?user=me&socketTimeout=6", "", "", "public")
                        .timeouts())
                .isEqualTo(FlushTimeouts.within(Duration.ofSeconds(6)));
    }

    @Test
    void aWrongPasswordIsDenied() {
        try (PasswordRequired server = PasswordRequired.of(database)) {
            PostgresException e = refusal(PostgresSettings.of(server.url(), server.role(), "wrong", "public"));

            assertThat(e.kind()).isEqualTo(Kind.DENIED);
            assertThat(e).hasMessageContaining("password").hasMessageNotContaining("wrong");
        }
    }

    @Test
    void aDatabaseThatDoesNotExistIsDenied() {
        PostgresException e = refusal(PostgresSettings.of(
                database.url().replace(database.name(), "no_such_database"), "postgres", "postgres", "public"));

        assertThat(e.kind()).isEqualTo(Kind.DENIED);
        assertThat(e).hasMessageContaining("no_such_database");
    }

    @Test
    void aServerWithoutTlsIsToldFromOneThatIsNotThere() {
        PostgresException e = refusal(PostgresSettings.of(
                database.url().replace("sslmode=disable", "sslmode=require"), "postgres", "postgres", "public"));

        assertThat(e.kind()).isEqualTo(Kind.TLS);
        assertThat(e).hasMessageContaining("encryption");
    }

    @Test
    void settingsNeverShowThePassword() {
        PostgresSettings settings = PostgresSettings.of(
                "jdbc:postgresql://localhost/db?password=hidden1&user=x", "ann", "hidden2", "public");

        assertThat(settings.toString()).contains("localhost").contains("ann").doesNotContain("hidden");
        assertThatThrownBy(() -> PostgresSettings.of("postgres://ann:hidden3@localhost/db", "ann", "x", "public"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:postgresql://")
                .hasMessageNotContaining("hidden3");
    }

    @Test
    void sessionsHaveNamesAndLimits() {
        try (PostgresStore store = PostgresStore.open(database.settings())) {
            PostgresBatchCommitter committer = store.committerFor(PROJECTION);
            committer.commit(views(PROJECTION, 1, "ann"));
            store.checkpoints().all();

            assertThat(database.query("SELECT application_name FROM pg_stat_activity WHERE datname ="
                            + " current_database() AND pid <> pg_backend_pid() ORDER BY 1"))
                    .containsExactly("millrace", "millrace 1 views-per-viewer");
            assertThat(limitsOfAFlush(store, committer))
                    .containsExactly("10s|30s|60s|5s|10 5 4|" + transactionTimeout());
        }
    }

    /** Those over which projections are taken over, registered and reset, and leases are renewed, too. */
    @Test
    void everySessionIsEndedByTheServerSoonAfterItsClientIsGone() throws SQLException {
        try (ConnectionPool pool = ConnectionPool.open(database.settings());
                Connection borrowed = pool.borrow();
                Connection leases = pool.openForLeases()) {
            String transaction = knowsTransactionTimeout() ? "1min" : "null";
            assertThat(limits(borrowed)).isEqualTo("10 5 4|5s|1min|" + transaction);
            assertThat(limits(leases)).isEqualTo("10 5 4|5s|2s|" + transaction.replace("1min", "2s"));
        }
    }

    @Test
    void aLowerLimitOfTheRolesStays() throws SQLException {
        String role = database.name() + "_hasty";
        database.execute("CREATE ROLE " + role + " LOGIN; ALTER ROLE " + role
                + " SET idle_in_transaction_session_timeout = '700ms'");
        try (ConnectionPool pool = ConnectionPool.open(PostgresSettings.of(database.url(), role, "any", "public"));
                Connection borrowed = pool.borrow()) {
            assertThat(limits(borrowed)).contains("|700ms|");
        } finally {
            database.execute("DROP ROLE " + role);
        }
    }

    private static String limits(Connection connection) throws SQLException {
        String sql = "SELECT concat_ws('|', " + KEEP_ALIVES + ", current_setting('client_connection_check_interval'),"
                + " current_setting('idle_in_transaction_session_timeout'),"
                + " coalesce(current_setting('transaction_timeout', true), 'null'))";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private List<String> limitsOfAFlush(PostgresStore store, PostgresBatchCommitter committer) {
        database.execute("CREATE TABLE seen (lock text, statement text, idle text, client text, tcp text, tx text)");
        committer.commit(Fixtures.batch(
                PROJECTION,
                2,
                Fixtures.changes(
                        VIEWS,
                        rows -> rows.execute(
                                "INSERT INTO seen SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
                                        + " current_setting('idle_in_transaction_session_timeout') , "
                                        + " current_setting('client_connection_check_interval'),"
                                        + KEEP_ALIVES + ", current_setting('transaction_timeout', true)"))));
        assertThat(store.checkpoints().all()).hasSize(1);
        return database.query("SELECT lock, statement, replace(idle, '1min', '60s'), client, tcp, tx FROM seen");
    }

    private String transactionTimeout() {
        return knowsTransactionTimeout() ? "45s" : "null";
    }

    private boolean knowsTransactionTimeout() {
        return Integer.parseInt(database.query("SHOW server_version_num").get(0)) >= 170_000;
    }

    @Test
    void thePoolHasOneConnectionForEachCommitterAndTwoMore() {
        try (PostgresStore store = PostgresStore.open(database.settings())) {
            List<PostgresBatchCommitter> committers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ReadModel table = ReadModel.table("table_" + i)
                        .key("id", ColumnType.TEXT)
                        .column("n", ColumnType.BIGINT)
                        .build();
                committers.add(store.committerFor(Fixtures.projection("projection-" + i, table)));
            }

            assertThat(store.connections()).isEqualTo(7);
            assertThat(store.checkpoints().all()).hasSize(5);
            committers.forEach(PostgresBatchCommitter::close);
            assertThat(store.connections()).isEqualTo(2);
        }
    }

    private static PostgresException refusal(PostgresSettings settings) {
        PostgresException e = catchThrowableOfType(
                PostgresException.class, () -> PostgresStore.open(settings).close());
        assertThat(e).as("refusal").isNotNull();
        assertThat(e.getMessage()).doesNotContain("\n");
        return e;
    }
}
