package io.millrace.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({EmbeddedEventStoreExtension.class, EmbeddedPostgresExtension.class})
class ParametersTest {
    private final EmbeddedEventStore ofTheClass;

    ParametersTest(EmbeddedEventStore events) {
        ofTheClass = events;
    }

    @Test
    void importsNothingFromAnEmptyStore(EmbeddedEventStore events, EmbeddedPostgres postgres) throws Exception {
        assertThat(new OrderImport(events.connectionString(), postgres.jdbcUrl()).run())
                .isZero();
    }

    @Test
    void giveConstructorsTheSameServer(EmbeddedEventStore events) {
        assertThat(events).isSameAs(ofTheClass);
        assertThat(events.isRunning()).isTrue();
    }

    /** What the module's README tests: it stands for a user's own code. */
    private record OrderImport(String connectionString, String jdbcUrl) {
        int run() throws Exception {
            assertThat(connectionString).startsWith("esdb://");
            try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
                return connection.isValid(20) ? 0 : 1;
            }
        }
    }
}
