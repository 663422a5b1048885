package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.WriteResult;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Expected revisions, atomicity, and what comes back of what was written. */
final class AppendIT extends ContractTest {
    @Test
    void beginsAStreamThatIsExpectedToBeMissing() {
        String stream = unique("append");

        WriteResult result = Outcome.of(appending(stream, ExpectedRevision.noStream(), event("Opened")));

        assertThat(result.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(result.getLogPosition()).isEqualTo(positions(stream).get(0));
    }

    @Test
    void appendsToAnyStreamWhetherItIsThereOrNot() {
        String stream = unique("append");

        assertThat(append(stream, event("Opened")).getNextExpectedRevision())
                .isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(append(stream, events("Counted", 2)).getNextExpectedRevision())
                .isEqualTo(ExpectedRevision.expectedRevision(2));
    }

    @Test
    void appendsToAStreamThatIsExpectedToExist() {
        String stream = streamOf("append", 3);

        WriteResult result = Outcome.of(appending(stream, ExpectedRevision.streamExists(), event("Closed")));

        assertThat(result.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(3));
    }

    @Test
    void appendsAtTheExactRevision() {
        String stream = streamOf("append", 3);

        WriteResult result = Outcome.of(appending(stream, ExpectedRevision.expectedRevision(2), event("Closed")));

        assertThat(result.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(3));
    }

    /** The server answers "no stream" as what was expected; this client reports that as revision 0. */
    @Test
    void refusesNoStreamWhereThereIsOneAndTellsTheCurrentRevision() {
        String stream = streamOf("append", 3);

        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class, appending(stream, ExpectedRevision.noStream(), event("Opened")));

        assertThat(refused.getStreamName()).isEqualTo(stream);
        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(2));
        assertThat(revisions(read(stream))).containsExactly(0L, 1L, 2L);
    }

    @Test
    void refusesARevisionThatHasPassed() {
        assertRefused(streamOf("append", 5), 3, ExpectedRevision.expectedRevision(4));
    }

    @Test
    void refusesARevisionThatHasNotBeenReached() {
        assertRefused(streamOf("append", 5), 99, ExpectedRevision.expectedRevision(4));
    }

    @Test
    void refusesARevisionOfAMissingStream() {
        assertRefused(unique("append"), 0, ExpectedRevision.noStream());
    }

    private static void assertRefused(String stream, long expected, ExpectedRevision actual) {
        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class,
                appending(stream, ExpectedRevision.expectedRevision(expected), event("Late")));

        assertThat(refused.getStreamName()).isEqualTo(stream);
        assertThat(refused.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(expected));
        assertThat(refused.getActualVersion()).isEqualTo(actual);
    }

    @Test
    void refusesStreamExistsWhereThereIsNone() {
        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class,
                appending(unique("append"), ExpectedRevision.streamExists(), event("Late")));

        assertThat(refused.getNextExpectedRevision()).isEqualTo(ExpectedRevision.streamExists());
        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.noStream());
    }

    @Test
    void writesNothingOfARefusedAppendOfSeveralEvents() {
        String stream = streamOf("append", 1);

        Outcome.failure(
                WrongExpectedVersionException.class,
                appending(stream, ExpectedRevision.expectedRevision(7), events("Late", 3)));

        assertThat(revisions(read(stream))).containsExactly(0L);
    }

    @Test
    void keepsTheEventsOfOneAppendTogetherWhileOthersAppend() {
        String stream = unique("append");
        List<CompletableFuture<WriteResult>> appends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            appends.add(appending(stream, ExpectedRevision.any(), events("Of" + i, 5)));
        }
        appends.forEach(Outcome::of);

        List<String> types = originals(read(stream).getEvents()).stream()
                .map(RecordedEvent::getEventType)
                .toList();

        assertThat(types).hasSize(100);
        for (int i = 0; i < 100; i += 5) {
            assertThat(types.subList(i, i + 5)).containsOnly(types.get(i));
        }
    }

    @Test
    void writesNothingAndSaysNoStreamForAnEmptyAppendToAMissingStream() {
        String stream = unique("append");

        WriteResult result = append(stream);

        assertThat(result.getNextExpectedRevision()).isEqualTo(ExpectedRevision.noStream());
        Outcome.failure(StreamNotFoundException.class, CLIENT.readStream(stream, ReadStreamOptions.get()));
    }

    @Test
    void checksTheExpectedRevisionOfAnEmptyAppendToo() {
        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class,
                appending(unique("append"), ExpectedRevision.expectedRevision(7), new EventData[0]));

        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.noStream());
    }

    /** This client adds trace ids to metadata that is JSON or missing. */
    @Test
    void keepsIdTypeDataAndMetadataOfAJsonEvent() {
        UUID id = UUID.randomUUID();
        RecordedEvent event = writtenAndRead(EventDataBuilder.json(id, "Opened", bytes("{\"ä\":1}"))
                .metadataAsBytes(bytes("{\"by\":\"me\"}"))
                .build());

        assertThat(event.getEventId()).isEqualTo(id);
        assertThat(event.getEventType()).isEqualTo("Opened");
        assertThat(event.getContentType()).isEqualTo("application/json");
        assertThat(text(event.getEventData())).isEqualTo("{\"ä\":1}");
        assertThat(text(event.getUserMetadata())).contains("\"by\":\"me\"");
    }

    @Test
    void keepsBytesAsTheyAreInDataAndMetadata() {
        RecordedEvent event = writtenAndRead(EventDataBuilder.binary("Bytes", new byte[] {0, 1, -1})
                .metadataAsBytes(new byte[] {-1, 0})
                .build());

        assertThat(event.getContentType()).isEqualTo("application/octet-stream");
        assertThat(event.getEventData()).containsExactly(0, 1, -1);
        assertThat(event.getUserMetadata()).containsExactly(-1, 0);
    }

    @Test
    void takesEmptyDataAndDataThatIsNoJsonAsJson() {
        assertThat(writtenAndRead(json("Empty", "")).getEventData()).isEmpty();
        RecordedEvent broken = writtenAndRead(json("Broken", "{{{"));
        assertThat(text(broken.getEventData())).isEqualTo("{{{");
        assertThat(broken.getContentType()).isEqualTo("application/json");
    }

    @Test
    void takesTypesAndStreamsThatBeginWithADollar() {
        assertThat(writtenAndRead(event("$mine")).getEventType()).isEqualTo("$mine");
        String stream = "$" + unique("append");
        append(stream, event("Opened"));
        assertThat(revisions(read(stream))).containsExactly(0L);
    }

    @Test
    void givesTheEventsOfOneAppendTimesAndPositionsThatNeverGoBack() {
        String stream = streamOf("append", 20);

        List<RecordedEvent> events = originals(read(stream).getEvents());

        assertThat(events).extracting(RecordedEvent::getCreated).isSorted();
        assertThat(events)
                .extracting(event -> event.getPosition().getCommitUnsigned())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    private static RecordedEvent writtenAndRead(EventData data) {
        String stream = unique("append");
        append(stream, data);
        return read(stream).getEvents().get(0).getEvent();
    }
}
