package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import org.junit.jupiter.api.Test;

/** Subscriptions to one stream: where they begin, when they are caught up, how they end. */
final class SubscribeStreamIT extends ContractTest {
    private static SubscribeToStreamOptions from() {
        return SubscribeToStreamOptions.get();
    }

    @Test
    void beginsAtTheStartCatchesUpOnceAndGoesOnLive() {
        String stream = streamOf("subscribe", 3);
        try (Heard heard = subscribe(stream, from().fromStart())) {
            heard.awaitCaughtUp();
            append(stream, event("Live"));
            append(stream, event("Live"));

            assertThat(heard.awaitEvents(5).outline())
                    .containsExactly("confirmed", "#0", "#1", "#2", "caughtUp", "#3", "#4");
        }
    }

    @Test
    void beginsBehindTheRevisionThatIsGiven() {
        String stream = streamOf("subscribe", 6);
        try (Heard heard = subscribe(stream, from().fromRevision(2))) {
            assertThat(heard.awaitCaughtUp().outline()).containsExactly("confirmed", "#3", "#4", "#5", "caughtUp");
        }
    }

    @Test
    void hearsOnlyWhatIsNewFromTheEnd() {
        String stream = streamOf("subscribe", 3);
        try (Heard heard = subscribe(stream, from().fromEnd())) {
            heard.awaitCaughtUp();
            append(stream, event("Live"));

            assertThat(heard.awaitEvents(1).outline()).containsExactly("confirmed", "caughtUp", "#3");
        }
    }

    @Test
    void hearsOnlyWhatIsNewFromTheLastRevision() {
        String stream = streamOf("subscribe", 3);
        try (Heard heard = subscribe(stream, from().fromRevision(2))) {
            heard.awaitCaughtUp();
            append(stream, event("Live"));

            assertThat(heard.awaitEvents(1).outline()).containsExactly("confirmed", "caughtUp", "#3");
        }
    }

    @Test
    void hearsNothingOfLiveEventsBeforeTheRevisionThatIsGiven() {
        String stream = streamOf("subscribe", 3);
        try (Heard beyond = subscribe(stream, from().fromRevision(500));
                Heard witness = subscribe(stream, from().fromEnd())) {
            beyond.awaitCaughtUp();
            witness.awaitCaughtUp();
            append(stream, events("Live", 20));
            witness.awaitEvents(20);

            assertThat(beyond.outline()).containsExactly("confirmed", "caughtUp");
        }
    }

    @Test
    void isCaughtUpOnAMissingStreamAndHearsItBegin() {
        String stream = unique("subscribe");
        try (Heard heard = subscribe(stream, from().fromStart())) {
            heard.awaitCaughtUp();
            append(stream, event("Opened"));

            assertThat(heard.awaitEvents(1).outline()).containsExactly("confirmed", "caughtUp", "#0");
        }
    }

    @Test
    void isCaughtUpOnAStreamWhoseEventsAreAllTruncated() {
        String stream = streamOf("subscribe", 3);
        StreamMetadata metadata = new StreamMetadata();
        metadata.setTruncateBefore(3L);
        setMetadata(stream, metadata);
        try (Heard heard = subscribe(stream, from().fromStart())) {
            heard.awaitCaughtUp();
            append(stream, event("Live"));

            assertThat(heard.awaitEvents(1).outline()).containsExactly("confirmed", "caughtUp", "#3");
        }
    }

    @Test
    void isCaughtUpOnASoftDeletedStreamAndHearsItBeginAnew() {
        String stream = streamOf("subscribe", 3);
        delete(stream);
        try (Heard heard = subscribe(stream, from().fromStart())) {
            heard.awaitCaughtUp();
            Outcome.of(appending(stream, ExpectedRevision.noStream(), event("Anew")));

            assertThat(heard.awaitEvents(1).outline()).containsExactly("confirmed", "caughtUp", "#3");
        }
    }

    @Test
    void hearsTheTombstoneAndEnds() {
        String stream = streamOf("subscribe", 3);
        try (Heard heard = subscribe(stream, from().fromStart())) {
            heard.awaitCaughtUp();
            tombstone(stream);

            Outcome.assertSaysStreamDeleted(heard.awaitEnd(), stream);
            assertThat(heard.outline())
                    .containsExactly(
                            "confirmed",
                            "#0",
                            "#1",
                            "#2",
                            "caughtUp",
                            "#" + Long.MAX_VALUE,
                            "ended FAILED_PRECONDITION");
            assertThat(heard.events().get(3).getEvent().getEventType()).isEqualTo("$streamDeleted");
        }
    }

    @Test
    void isNotConfirmedOnATombstonedStream() {
        String stream = streamOf("subscribe", 1);
        tombstone(stream);
        Heard heard = new Heard();

        Throwable refused =
                Outcome.failure(Throwable.class, CLIENT.subscribeToStream(stream, heard, from().fromStart()));

        Outcome.assertSaysStreamDeleted(refused, stream);
        assertThat(heard.only(Signal.Confirmed.class)).isEmpty();
    }

    @Test
    void hearsNothingMoreOnceStopped() {
        String stream = streamOf("subscribe", 1);
        try (Heard stopped = subscribe(stream, from().fromStart());
                Heard witness = subscribe(stream, from().fromStart())) {
            stopped.awaitCaughtUp();
            stopped.stop();
            append(stream, events("Live", 20));
            witness.awaitEvents(21);

            assertThat(stopped.outline()).containsExactly("confirmed", "#0", "caughtUp");
        }
    }

    @Test
    void hearsTheMetadataStreamOfAStream() {
        String stream = unique("subscribe");
        try (Heard heard = subscribe("$$" + stream, from().fromStart())) {
            heard.awaitCaughtUp();
            setMetadata(stream, new StreamMetadata());

            assertThat(heard.awaitEvents(1).events().get(0).getEvent().getEventType())
                    .isEqualTo("$metadata");
        }
    }
}
