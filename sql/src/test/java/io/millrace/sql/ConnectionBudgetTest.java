package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.sql.StartRefusedException.Reason;
import org.junit.jupiter.api.Test;

class ConnectionBudgetTest {
    private final TestDatabase database = TestDatabase.create();

    @Test
    void saysHowManyAreNeededAndWhatFor() {
        try (PostgresStore store = PostgresStore.open(database.settings())) {
            assertThat(store.requireConnections(1))
                    .isEqualTo("4 (1 projection + 1 for the leases + 2 for everything else)");
        }
    }

    @Test
    void aSmallerLimitOfTheServersIsRefused() {
        try (PostgresStore store = PostgresStore.open(database.settings())) {
            StartRefusedException refusal =
                    catchThrowableOfType(StartRefusedException.class, () -> store.requireConnections(198));

            assertThat(refusal.reason()).isEqualTo(Reason.TOO_FEW_CONNECTIONS);
            assertThat(refusal)
                    .hasMessageContaining("expected to be allowed 201 (198 projections + ")
                    .hasMessageContaining("max_connections")
                    .hasMessageContaining("allows 200");
        }
    }

    @Test
    void aSmallerLimitOfTheRolesOrTheDatabasesIsRefused() {
        String role = database.name() + "_role";
        database.execute("CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 4");
        database.execute("ALTER DATABASE " + database.name() + " CONNECTION LIMIT 3");
        try (PostgresStore store = PostgresStore.open(PostgresSettings.of(database.url(), role, "any", "public"))) {
            StartRefusedException refusal =
                    catchThrowableOfType(StartRefusedException.class, () -> store.requireConnections(2));

            assertThat(refusal)
                    .hasMessageContaining("the role's CONNECTION LIMIT allows 4")
                    .hasMessageContaining("the database's CONNECTION LIMIT allows 3");
        } finally {
            database.execute("DROP ROLE " + role);
        }
    }
}
