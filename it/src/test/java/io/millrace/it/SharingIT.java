package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that run the same projections share them; each event counts once, whoever counts it. */
final class SharingIT {
    /** A renewal each second, and the time to stop and to begin; a busy machine may take twice as long. */
    private static final Duration SHARED_WITHIN = Duration.ofSeconds(20);

    private static final Duration SHOWN_WITHIN = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final EventStoreDBClient client = Servers.eventStore().client();
    private int departed;

    @Test
    void eachHoldsItsShareOfThreeProjections() throws Exception {
        String configuration = Workspace.configure(folder, Departures.SHARED.toArray(Departures.Setup[]::new));
        try (Cli.Running one = start(configuration)) {
            expectShares("one alone", 3);
            try (Cli.Running two = start(configuration)) {
                expectShares("of two", 1, 2);
                try (Cli.Running three = start(configuration)) {
                    expectShares("of three", 1, 1, 1);
                    assertThat(three.stop().exitCode()).isZero();
                    expectShares("two again", 1, 2);
                }
                assertThat(two.stop().exitCode()).isZero();
            }
            expectShares("one again", 3);
            assertThat(one.stop().exitCode()).isZero();
            expectFolds();
        } finally {
            client.shutdown().join();
        }
        assertThat(take("SELECT count(*) FROM millrace.leases WHERE projection = ANY (" + names() + ") AND "
                        + "millrace.is_live(renewed_at, valid_until)"))
                .containsExactly(0);
    }

    private static Cli.Running start(String configuration) {
        return Cli.start("run", "--config", configuration);
    }

    /** How many leases each has that has any, the fewest first; and each projection goes on. */
    private void expectShares(String what, Integer... shares) throws Exception {
        String held = "SELECT count(*) FROM millrace.leases WHERE projection = ANY (" + names() + ") AND "
                + "millrace.is_live(renewed_at, valid_until) GROUP BY instance_id ORDER BY 1";
        long since = System.nanoTime();
        while (!take(held).equals(List.of(shares)) && System.nanoTime() - since < 2 * SHARED_WITHIN.toNanos()) {
            Thread.sleep(20);
        }
        assertThat(take(held)).as(what).containsExactly(shares);
        System.out.printf("it: shares: %s: after %d ms%n", what, (System.nanoTime() - since) / 1_000_000);
        departed++;
        for (Departures.Setup setup : Departures.SHARED) {
            Workspace.depart(client, setup, "LIH", 1);
            String row = "LIH," + departed + "," + departed + ",1," + 100 * departed;
            assertThat(Workspace.awaitRows(setup, SHOWN_WITHIN, List.of(row)::equals))
                    .containsExactly(row);
        }
    }

    private void expectFolds() throws SQLException {
        for (Departures.Setup setup : Departures.SHARED) {
            try (Connection connection = Servers.postgres().connect()) {
                Standing.folded(client, setup.byHand())
                        .assertReachedBy(Standing.inDatabase(connection, setup.byHand()), setup.projection());
            }
        }
    }

    private static String names() {
        return Departures.SHARED.stream()
                .map(setup -> "'" + setup.projection() + "'")
                .collect(Collectors.joining(", ", "ARRAY[", "]"));
    }

    private static List<Integer> take(String sql) {
        try (Connection connection = Servers.postgres().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Integer> numbers = new ArrayList<>();
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
            return numbers;
        } catch (SQLException notYetThere) {
            return List.of();
        }
    }
}
