package io.millrace.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.WriteResult;
import io.millrace.embedded.EmbeddedEventStore;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedEventStoreExtensionTest {
    @RegisterExtension
    static final EmbeddedEventStoreExtension EVENTS = new EmbeddedEventStoreExtension();

    @RegisterExtension
    final EmbeddedEventStoreExtension own =
            new EmbeddedEventStoreExtension(EmbeddedEventStore.builder().user("admin", "changeit"));

    private static final Set<Integer> PORTS_OF_THE_CLASS = new HashSet<>();
    private static final Set<EmbeddedEventStore> ONES_OF_TESTS = new HashSet<>();

    @BeforeAll
    static void runsBeforeAnythingElse() {
        assertThat(EVENTS.get().isRunning()).isTrue();
    }

    @RepeatedTest(2)
    void staysTheSameForAllTestsOfTheClass() throws Exception {
        EventStoreDBClient client =
                EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(EVENTS.connectionString()));
        byte[] data = "{}".getBytes(StandardCharsets.UTF_8);
        WriteResult written = client.appendToStream(
                        "s-1", EventData.builderAsJson("A", data).build())
                .get(20, TimeUnit.SECONDS);
        client.shutdown().get(20, TimeUnit.SECONDS);

        PORTS_OF_THE_CLASS.add(EVENTS.get().port());
        assertThat(PORTS_OF_THE_CLASS).hasSize(1);
        assertThat(written.getNextExpectedRevision().toRawLong()).isNotNegative();
    }

    @RepeatedTest(2)
    void isAnotherForEveryTestAsAFieldOfTheInstance() {
        assertThat(ONES_OF_TESTS).doesNotContain(own.get()).noneMatch(EmbeddedEventStore::isRunning);
        assertThat(own.connectionString()).contains("admin:changeit@");
        ONES_OF_TESTS.add(own.get());
    }

    @Test
    void saysHowToUseItWhereItDoesNotRun() {
        assertThatThrownBy(() -> new EmbeddedEventStoreExtension().connectionString())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("@RegisterExtension");
    }

    @Nested
    class WithinTheClass {
        @Test
        void isTheSameToo() {
            assertThat(EVENTS.get().isRunning()).isTrue();
            PORTS_OF_THE_CLASS.add(EVENTS.get().port());
            assertThat(PORTS_OF_THE_CLASS).hasSize(1);
        }
    }

    @AfterAll
    static void outlivesNestedClasses() {
        assertThat(EVENTS.get().isRunning()).isTrue();
    }
}
