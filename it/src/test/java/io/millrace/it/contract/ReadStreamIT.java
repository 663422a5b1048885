package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import io.grpc.Status;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both directions, every start, counts, and the ends of a stream of ten events. */
final class ReadStreamIT extends ContractTest {
    @SuppressWarnings("NullAway.Init")
    private static String ten;

    @BeforeAll
    static void writeTen() {
        ten = streamOf("read", 10);
    }

    private static ReadStreamOptions forwards() {
        return ReadStreamOptions.get().forwards();
    }

    private static ReadStreamOptions backwards() {
        return ReadStreamOptions.get().backwards();
    }

    @Test
    void readsForwardsFromTheStart() {
        ReadResult result = read(ten, forwards().fromStart());

        assertThat(revisions(result)).isEqualTo(LongStream.range(0, 10).boxed().toList());
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void stopsAtTheCountAndStillTellsTheLastRevision() {
        ReadResult result = read(ten, forwards().fromStart().maxCount(3));

        assertThat(revisions(result)).containsExactly(0L, 1L, 2L);
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void readsForwardsFromARevisionInclusive() {
        assertThat(revisions(read(ten, forwards().fromRevision(7)))).containsExactly(7L, 8L, 9L);
    }

    @Test
    void readsForwardsFromARevisionWithACount() {
        assertThat(revisions(read(ten, forwards().fromRevision(4).maxCount(2)))).containsExactly(4L, 5L);
    }

    @Test
    void readsNothingForwardsFromTheNextRevision() {
        ReadResult result = read(ten, forwards().fromRevision(10));

        assertThat(result.getEvents()).isEmpty();
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void readsNothingForwardsFromFarBeyondTheEndAndNamesTheNextRevisionAsFirst() {
        ReadResult result = read(ten, forwards().fromRevision(1000));

        assertThat(result.getEvents()).isEmpty();
        assertThat(result.getFirstStreamPosition()).isEqualTo(10);
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void refusesToReadForwardsFromTheEnd() {
        Outcome.refusal(Status.Code.UNKNOWN, CLIENT.readStream(ten, forwards().fromEnd()));
    }

    @Test
    void refusesToReadNone() {
        Outcome.refusal(Status.Code.UNKNOWN, CLIENT.readStream(ten, forwards().maxCount(0)));
    }

    @Test
    void readsBackwardsFromTheEnd() {
        ReadResult result = read(ten, backwards().fromEnd().maxCount(2));

        assertThat(revisions(result)).containsExactly(9L, 8L);
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void readsBackwardsFromARevisionInclusive() {
        assertThat(revisions(read(ten, backwards().fromRevision(3)))).containsExactly(3L, 2L, 1L, 0L);
    }

    @Test
    void readsBackwardsFromBeyondTheEndAsFromTheEnd() {
        assertThat(revisions(read(ten, backwards().fromRevision(1000).maxCount(2))))
                .containsExactly(9L, 8L);
    }

    @Test
    void readsOnlyTheFirstEventBackwardsFromTheStart() {
        assertThat(revisions(read(ten, backwards().fromStart()))).containsExactly(0L);
    }

    @Test
    void saysThatAMissingStreamWasNotFound() {
        String stream = unique("read");

        for (ReadStreamOptions options :
                new ReadStreamOptions[] {forwards(), backwards().fromEnd()}) {
            StreamNotFoundException missing =
                    Outcome.failure(StreamNotFoundException.class, CLIENT.readStream(stream, options));
            assertThat(missing.getStreamName()).isEqualTo(stream);
        }
    }

    @Test
    void readsThousandsOfEventsInOrder() {
        String stream = unique("read");
        for (int i = 0; i < 6; i++) {
            append(stream, events("Counted", 500));
        }

        assertThat(revisions(read(stream)))
                .isEqualTo(LongStream.range(0, 3000).boxed().toList());
    }

    @Test
    void tellsStreamAndPositionOfEachEvent() {
        RecordedEvent event = read(ten, forwards().fromRevision(5).maxCount(1))
                .getEvents()
                .get(0)
                .getEvent();

        assertThat(event.getStreamId()).isEqualTo(ten);
        assertThat(event.getPosition().getCommitUnsigned())
                .isEqualTo(event.getPosition().getPrepareUnsigned());
        assertThat(text(event.getEventData())).isEqualTo("{\"n\":5}");
    }
}
