package io.millrace.it;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The configuration of one test, and what its servers hold. */
final class Workspace {
    private static final Duration POLL = Duration.ofMillis(20);

    private Workspace() {}

    /** Writes a configuration that runs these projections against the servers of the tests. */
    static String configure(Path folder, Departures.Setup... projections) throws IOException {
        Servers.Postgres postgres = Servers.postgres();
        StringBuilder yaml = new StringBuilder()
                .append("eventstore: '")
                .append(Servers.eventStore().connectionString())
                .append("'\npostgres:\n  url: '")
                .append(postgres.url())
                .append("'\n  user: '")
                .append(postgres.user())
                .append("'\n  password: '")
                .append(postgres.password())
                .append("'\nprojections:\n");
        for (Departures.Setup projection : projections) {
            yaml.append("  ").append(projection.projection()).append(":\n");
        }
        return Files.writeString(folder.resolve("millrace.yaml"), yaml).toString();
    }

    /** Appends one departure to its airport's stream. */
    static void depart(EventStoreDBClient client, Departures.Setup setup, String origin, int delayMin) {
        append(
                client,
                setup,
                origin,
                "{\"origin\":\"" + origin + "\",\"delay_min\":" + delayMin + ",\"distance_mi\":100}");
    }

    static void append(EventStoreDBClient client, Departures.Setup setup, String origin, String json) {
        EventData event = EventData.builderAsJson(setup.eventType(), json.getBytes(StandardCharsets.UTF_8))
                .build();
        client.appendToStream(setup.stream(origin), AppendToStreamOptions.get(), event)
                .join();
    }

    /** The rows of a table by its first column, one line each, as the expected CSV has them. */
    static List<String> rows(Departures.Setup setup) throws SQLException {
        try (Connection connection = Servers.postgres().connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT origin, flights, delay_sum, delay_max, distance_sum"
                        + " FROM \"" + setup.table() + "\" ORDER BY origin COLLATE \"C\"")) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                String[] columns = new String[5];
                Arrays.setAll(columns, i -> text(result, i + 1));
                rows.add(String.join(",", columns));
            }
            return rows;
        }
    }

    private static String text(ResultSet result, int column) {
        try {
            return String.valueOf(result.getString(column));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the rows are so, and returns them; after the time given, returns them as they are. */
    static List<String> awaitRows(Departures.Setup setup, Duration atMost, Predicate<List<String>> until)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<String> rows = rowsIfThere(setup);
        while (!until.test(rows) && System.nanoTime() - deadline < 0) {
            Thread.sleep(POLL.toMillis());
            rows = rowsIfThere(setup);
        }
        return rows;
    }

    private static List<String> rowsIfThere(Departures.Setup setup) throws SQLException {
        try {
            return rows(setup);
        } catch (SQLException e) {
            if ("42P01".equals(e.getSQLState())) {
                return List.of();
            }
            throw e;
        }
    }
}
