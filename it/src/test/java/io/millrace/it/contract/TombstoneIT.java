package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.DeleteResult;
import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamDeletedException;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Streams that are gone for good; {@link SubscribeStreamIT} has what subscriptions to them hear. */
final class TombstoneIT extends ContractTest {
    private static CompletableFuture<DeleteResult> tombstoning(String stream, ExpectedRevision expected) {
        return CLIENT.tombstoneStream(stream, DeleteStreamOptions.get().expectedRevision(expected));
    }

    @Test
    void isTheStreamsLastEventInTheLog() {
        String stream = streamOf("tombstone", 3);

        DeleteResult deleted = Outcome.of(tombstoning(stream, ExpectedRevision.expectedRevision(2)));

        RecordedEvent event = readAll(ReadAllOptions.get()
                        .forwards()
                        .fromPosition(deleted.getPosition())
                        .maxCount(1))
                .get(0)
                .getEvent();
        assertThat(event.getStreamId()).isEqualTo(stream);
        assertThat(event.getEventType()).isEqualTo("$streamDeleted");
        assertThat(event.getRevision()).isEqualTo(Long.MAX_VALUE);
        assertThat(event.getContentType()).isEqualTo("application/octet-stream");
        assertThat(event.getEventData()).isEmpty();
    }

    /** This client has StreamDeletedException for everything but reads and subscriptions, which get the bare status. */
    @Test
    void refusesReads() {
        String stream = tombstoned();

        for (ReadStreamOptions options : new ReadStreamOptions[] {
            ReadStreamOptions.get().forwards(),
            ReadStreamOptions.get().backwards().fromEnd()
        }) {
            Throwable refused = Outcome.failure(Throwable.class, CLIENT.readStream(stream, options));
            Outcome.assertSaysStreamDeleted(refused, stream);
        }
    }

    @Test
    void refusesAppendsWhateverTheyExpect() {
        String stream = tombstoned();

        for (ExpectedRevision expected : new ExpectedRevision[] {
            ExpectedRevision.any(), ExpectedRevision.noStream(), ExpectedRevision.expectedRevision(0)
        }) {
            assertSaysDeleted(stream, appending(stream, expected, event("Late")));
        }
    }

    @Test
    void refusesToBeRepeated() {
        String stream = tombstoned();
        assertSaysDeleted(stream, tombstoning(stream, ExpectedRevision.any()));
    }

    @Test
    void refusesSoftDeletes() {
        String stream = tombstoned();
        assertSaysDeleted(stream, CLIENT.deleteStream(stream));
    }

    @Test
    void canFollowASoftDelete() {
        String stream = streamOf("tombstone", 1);
        delete(stream);
        tombstone(stream);

        assertSaysDeleted(stream, appending(stream, ExpectedRevision.any(), event("Late")));
    }

    @Test
    void refusesARevisionOfAMissingStream() {
        String stream = unique("tombstone");

        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class, tombstoning(stream, ExpectedRevision.expectedRevision(4)));

        assertThat(refused.getStreamName()).isEqualTo(stream);
        assertThat(refused.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(4));
        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.noStream());
    }

    private static String tombstoned() {
        String stream = streamOf("tombstone", 1);
        tombstone(stream);
        return stream;
    }

    private static void assertSaysDeleted(String stream, CompletableFuture<?> call) {
        assertThat(Outcome.failure(StreamDeletedException.class, call).getStreamName())
                .isEqualTo(stream);
    }
}
