package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.StreamNotFoundException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.it.contract.StoresUnderTest.Role;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** How large an append may be: 1 MiB unless the server is told otherwise. What exactly counts is open. */
final class AppendSizeIT extends ContractTest {
    @Test
    void takesAnEventOf900Kilobytes() {
        String stream = unique("size");
        append(stream, ofSize(900_000));
        assertThat(read(stream).getEvents().get(0).getEvent().getEventData()).hasSize(900_000);
    }

    @Test
    void refusesOneEventThatIsTooLarge() {
        assertTooLarge(ofSize(2_000_000));
    }

    @Test
    void refusesEventsThatAreTooLargeTogetherAndWritesNoneOfThem() {
        assertTooLarge(Collections.nCopies(20, 100_000).stream()
                .map(AppendSizeIT::ofSize)
                .toArray(EventData[]::new));
    }

    /** The largest that a server can be set to; a little less is sent, as what else counts is open. */
    @Test
    void takes16MebibytesWhereItIsSetTo() {
        Optional<String> server = Target.find(Role.LARGE_APPENDS);
        Assumptions.assumeTrue(server.isPresent(), "needs a server that takes appends of 16 MiB");
        EventStoreDBClient client = Target.connect(server.orElseThrow());
        try {
            String stream = unique("size");
            EventData[] events = Collections.nCopies(16, 1_040_000).stream()
                    .map(AppendSizeIT::ofSize)
                    .toArray(EventData[]::new);
            assertThat(Outcome.of(client.appendToStream(stream, events)).getNextExpectedRevision())
                    .isEqualTo(ExpectedRevision.expectedRevision(15));
        } finally {
            Outcome.of(client.shutdown());
        }
    }

    private static void assertTooLarge(EventData... events) {
        String stream = unique("size");

        StatusRuntimeException refused =
                Outcome.refusal(Status.Code.INVALID_ARGUMENT, appending(stream, ExpectedRevision.noStream(), events));

        assertThat(Outcome.trailer(refused, "exception")).isEqualTo("maximum-append-size-exceeded");
        assertThat(Outcome.trailer(refused, "maximum-append-size")).isEqualTo("1048576");
        Outcome.failure(StreamNotFoundException.class, CLIENT.readStream(stream, ReadStreamOptions.get()));
    }

    private static EventData ofSize(int bytes) {
        return EventDataBuilder.binary("Large", new byte[bytes]).build();
    }
}
