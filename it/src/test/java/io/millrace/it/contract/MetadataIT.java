package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metadata of streams, in {@code $$} streams, and what it makes of reads. */
final class MetadataIT extends ContractTest {
    private static StreamMetadata maxCount(long count) {
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(count);
        return metadata;
    }

    private static StreamMetadata truncateBefore(long revision) {
        StreamMetadata metadata = new StreamMetadata();
        metadata.setTruncateBefore(revision);
        return metadata;
    }

    @Test
    void isEmptyWhereNoneWasWritten() {
        String stream = streamOf("metadata", 1);

        assertThat(Outcome.of(CLIENT.getStreamMetadata(stream))).isEqualTo(new StreamMetadata());
        Outcome.failure(StreamNotFoundException.class, CLIENT.readStream("$$" + stream, ReadStreamOptions.get()));
    }

    @Test
    void comesBackAsItWasWritten() {
        String stream = streamOf("metadata", 1);
        StreamMetadata metadata = maxCount(7);
        metadata.setMaxAge(86_400L);
        metadata.setCacheControl(12L);
        metadata.setCustomProperties(Map.of("colour", "red"));

        setMetadata(stream, metadata);

        assertThat(Outcome.of(CLIENT.getStreamMetadata(stream))).isEqualTo(metadata);
    }

    @Test
    void canBeWrittenBeforeTheStreamIs() {
        String stream = unique("metadata");

        setMetadata(stream, maxCount(2));
        append(stream, events("Counted", 5));

        assertThat(revisions(read(stream))).containsExactly(3L, 4L);
    }

    @Test
    void obeysTheRevisionThatIsExpectedOfItsStream() {
        String stream = streamOf("metadata", 1);
        setMetadata(stream, maxCount(7));

        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class,
                CLIENT.setStreamMetadata(stream, expecting(ExpectedRevision.noStream()), maxCount(8)));

        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(Outcome.of(CLIENT.getStreamMetadata(stream)).getMaxCount()).isEqualTo(7);
    }

    @Test
    void isReadAsTheNewestEventOnly() {
        String stream = streamOf("metadata", 1);
        setMetadata(stream, maxCount(7));
        setMetadata(stream, maxCount(8));

        ReadResult result = read("$$" + stream);

        RecordedEvent newest = result.getEvents().get(0).getEvent();
        assertThat(revisions(result)).containsExactly(1L);
        assertThat(newest.getEventType()).isEqualTo("$metadata");
        assertThat(newest.getStreamId()).isEqualTo("$$" + stream);
        assertThat(text(newest.getEventData())).isEqualTo("{\"$maxCount\":8}");
    }

    @Test
    void takesMetadataThatIsNoJson() {
        String stream = streamOf("metadata", 3);
        setMetadata(stream, new StreamMetadata());

        append("$$" + stream, json("$metadata", "{{{"));

        assertThat(revisions(read(stream))).containsExactly(0L, 1L, 2L);
    }

    @Test
    void letsReadsGiveTheNewestOfMaxCount() {
        String stream = limitedTo(3);

        ReadResult result = read(stream);
        assertThat(revisions(result)).containsExactly(7L, 8L, 9L);
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
        assertThat(revisions(read(stream, ReadStreamOptions.get().backwards().fromEnd())))
                .containsExactly(9L, 8L, 7L);
    }

    @Test
    void letsReadsBelowMaxCountNameTheFirstRevisionThatIsLeft() {
        ReadResult result =
                read(limitedTo(3), ReadStreamOptions.get().fromRevision(2).maxCount(2));

        assertThat(revisions(result)).containsExactly(7L, 8L);
        assertThat(result.getFirstStreamPosition()).isEqualTo(7);
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
    }

    @Test
    void letsSubscriptionsBeginWithTheFirstOfMaxCount() {
        try (Heard heard =
                subscribe(limitedTo(3), SubscribeToStreamOptions.get().fromStart())) {
            assertThat(heard.awaitCaughtUp().outline()).containsExactly("confirmed", "#7", "#8", "#9", "caughtUp");
        }
    }

    @Test
    void movesMaxCountOnWithEachAppend() {
        String stream = limitedTo(3);

        append(stream, event("More"));

        assertThat(revisions(read(stream))).containsExactly(8L, 9L, 10L);
    }

    @Test
    void leavesTheLogAsItIs() {
        String stream = limitedTo(3);
        try (Heard heard = subscribeToAll(
                SubscribeToAllOptions.get().fromStart(),
                SubscriptionFilter.newBuilder().withStreamNameRegularExpression("^" + stream + "$"))) {
            assertThat(heard.awaitCaughtUp().events()).hasSize(10);
        }
    }

    @Test
    void letsReadsBeginAtTruncateBefore() {
        String stream = streamOf("metadata", 10);

        setMetadata(stream, truncateBefore(6));

        assertThat(revisions(read(stream))).containsExactly(6L, 7L, 8L, 9L);
        assertThat(read(stream).getLastStreamPosition()).isEqualTo(9);
    }

    /** Recorded for $maxAge only, and with two changes of the metadata at once. */
    @Test
    void bringsEventsBackWhenTheLimitIsLifted() {
        String stream = streamOf("metadata", 4);
        setMetadata(stream, truncateBefore(3));
        assertThat(revisions(read(stream))).containsExactly(3L);

        setMetadata(stream, new StreamMetadata());

        assertThat(revisions(read(stream))).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void hidesEventsOlderThanMaxAgeWithoutMakingTheStreamMissing() throws InterruptedException {
        String stream = streamOf("metadata", 3);
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxAge(1L);
        setMetadata(stream, metadata);

        long deadline = System.nanoTime() + 10_000_000_000L;
        ReadResult result = read(stream);
        while (!result.getEvents().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(50);
            result = read(stream);
        }

        assertThat(result.getEvents()).isEmpty();
        assertThat(result.getFirstStreamPosition()).isEqualTo(3);
        assertThat(result.getLastStreamPosition()).isEqualTo(2);
        assertThat(Outcome.of(appending(stream, ExpectedRevision.expectedRevision(2), event("Young")))
                        .getNextExpectedRevision())
                .isEqualTo(ExpectedRevision.expectedRevision(3));
        setMetadata(stream, truncateBefore(0));
        assertThat(revisions(read(stream))).containsExactly(0L, 1L, 2L, 3L);
    }

    private static String limitedTo(long count) {
        String stream = streamOf("metadata", 10);
        setMetadata(stream, maxCount(count));
        return stream;
    }
}
