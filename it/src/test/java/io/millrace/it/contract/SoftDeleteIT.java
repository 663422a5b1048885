package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.DeleteResult;
import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Streams that are deleted so that they can be begun again. */
final class SoftDeleteIT extends ContractTest {
    private static CompletableFuture<DeleteResult> deleting(String stream, ExpectedRevision expected) {
        return CLIENT.deleteStream(stream, DeleteStreamOptions.get().expectedRevision(expected));
    }

    @Test
    void hidesTheStreamFromReadsInBothDirections() {
        String stream = streamOf("softDelete", 5);

        Outcome.of(deleting(stream, ExpectedRevision.expectedRevision(4)));

        Outcome.failure(StreamNotFoundException.class, CLIENT.readStream(stream, ReadStreamOptions.get()));
        Outcome.failure(
                StreamNotFoundException.class,
                CLIENT.readStream(stream, ReadStreamOptions.get().backwards().fromEnd()));
    }

    @Test
    void isAnEventOfTheStreamsMetadataAtTheReturnedPosition() {
        String stream = streamOf("softDelete", 5);

        DeleteResult deleted = Outcome.of(deleting(stream, ExpectedRevision.any()));

        RecordedEvent metadata = read("$$" + stream).getEvents().get(0).getEvent();
        assertThat(metadata.getPosition()).isEqualTo(deleted.getPosition());
        assertThat(metadata.getEventType()).isEqualTo("$metadata");
        assertThat(text(metadata.getEventData())).isEqualTo("{\"$tb\":9223372036854775807}");
    }

    @Test
    void letsTheStreamBeginAgainWithHigherRevisions() {
        String stream = streamOf("softDelete", 5);
        delete(stream);

        assertThat(Outcome.of(appending(stream, ExpectedRevision.noStream(), event("Anew")))
                        .getNextExpectedRevision())
                .isEqualTo(ExpectedRevision.expectedRevision(5));
        assertThat(Outcome.of(appending(stream, ExpectedRevision.expectedRevision(5), event("Anew")))
                        .getNextExpectedRevision())
                .isEqualTo(ExpectedRevision.expectedRevision(6));

        assertThat(revisions(read(stream))).containsExactly(5L, 6L);
        assertThat(read(stream).getLastStreamPosition()).isEqualTo(6);
        assertThat(Outcome.of(CLIENT.getStreamMetadata(stream)).getTruncateBefore())
                .isEqualTo(5);
    }

    @Test
    void letsTheStreamBeginAgainWithAny() {
        String stream = streamOf("softDelete", 2);
        delete(stream);
        append(stream, event("Anew"));

        assertThat(revisions(read(stream))).containsExactly(2L);
    }

    @Test
    void leavesTheEventsInTheLog() {
        String stream = streamOf("softDelete", 3);
        delete(stream);
        append(stream, event("Anew"));

        try (Heard heard = subscribeToAll(
                SubscribeToAllOptions.get().fromStart(),
                SubscriptionFilter.newBuilder().withStreamNameRegularExpression("^" + stream + "$"))) {
            assertThat(revisions(heard.awaitCaughtUp().events())).containsExactly(0L, 1L, 2L, 3L);
        }
    }

    @Test
    void refusesAWrongRevision() {
        String stream = streamOf("softDelete", 5);

        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class, deleting(stream, ExpectedRevision.expectedRevision(99)));

        assertThat(refused.getStreamName()).isEqualTo(stream);
        assertThat(refused.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(99));
        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(4));
        assertThat(read(stream).getEvents()).hasSize(5);
    }

    @Test
    void refusesNoStreamWhereThereIsOne() {
        assertRefused(streamOf("softDelete", 5), ExpectedRevision.noStream(), ExpectedRevision.expectedRevision(4));
    }

    @Test
    void refusesAMissingStreamEvenWithAny() {
        assertRefused(unique("softDelete"), ExpectedRevision.any(), ExpectedRevision.noStream());
    }

    @Test
    void refusesAMissingStreamThatIsExpectedToExist() {
        assertRefused(unique("softDelete"), ExpectedRevision.streamExists(), ExpectedRevision.noStream());
    }

    private static void assertRefused(String stream, ExpectedRevision expected, ExpectedRevision actual) {
        WrongExpectedVersionException refused =
                Outcome.failure(WrongExpectedVersionException.class, deleting(stream, expected));

        assertThat(refused.getNextExpectedRevision()).isEqualTo(expected);
        assertThat(refused.getActualVersion()).isEqualTo(actual);
    }

    @Test
    void isNotHeardByAnOpenSubscriptionWhichGoesOnWithTheNewEvents() {
        String stream = streamOf("softDelete", 2);
        try (Heard heard = subscribe(stream, SubscribeToStreamOptions.get().fromStart())) {
            heard.awaitCaughtUp();
            delete(stream);
            append(stream, event("Anew"));

            assertThat(heard.awaitEvents(3).outline()).containsExactly("confirmed", "#0", "#1", "caughtUp", "#2");
        }
    }
}
