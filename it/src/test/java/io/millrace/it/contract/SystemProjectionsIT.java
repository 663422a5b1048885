package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The link streams of the server's own projections, where it runs them. How long after their event links are written is
 * open: they are waited for.
 */
final class SystemProjectionsIT extends ContractTest {
    private static final Duration FIRST_LINK_WITHIN = Duration.ofSeconds(5);

    @BeforeAll
    static void needsProjections() {
        streamOf("projected", 1);
        try (Heard heard = subscribe("$streams", SubscribeToStreamOptions.get().fromStart())) {
            Assumptions.assumeTrue(
                    heard.hears(so -> !so.events().isEmpty(), FIRST_LINK_WITHIN),
                    "needs a server with system projections switched on");
        }
    }

    private static Heard subscribe(String stream) {
        return subscribe(stream, SubscribeToStreamOptions.get().fromStart().resolveLinkTos());
    }

    @Test
    void linkTheEventsOfACategoryInTheirOrder() {
        String category = unique("cat");
        append(category + "-1", events("Counted", 2));
        append(category + "-2-a", events("Counted", 1));
        append(category + "-1", events("Counted", 1));
        try (Heard heard = subscribe("$ce-" + category)) {
            assertThat(heard.awaitEvents(4).events())
                    .extracting(event -> event.getEvent().getRevision() + "@"
                            + event.getEvent().getStreamId())
                    .containsExactly(
                            "0@" + category + "-1",
                            "1@" + category + "-1",
                            "0@" + category + "-2-a",
                            "2@" + category + "-1");
            append(category + "-3", event("Live"));
            assertThat(heard.awaitEvents(5).events().get(4).getEvent().getStreamId())
                    .isEqualTo(category + "-3");
        }
    }

    @Test
    void linkTheEventsOfATypeInTheirOrder() {
        String type = unique("Type");
        String first = unique("projected");
        append(first, event(type), event("Other"), event(type));
        String second = unique("projected");
        append(second, event(type));
        try (Heard heard = subscribe("$et-" + type)) {
            assertThat(heard.awaitEvents(3).events())
                    .extracting(event -> event.getEvent().getRevision() + "@"
                            + event.getEvent().getStreamId())
                    .containsExactly("0@" + first, "2@" + first, "0@" + second);
        }
    }

    @Test
    void writeLinksBehindTheirEventAsBytesThatSayWhere() {
        String category = unique("cat");
        append(category + "-1", event("Counted"));
        try (Heard heard = subscribe("$ce-" + category)) {
            ResolvedEvent event = heard.awaitEvents(1).events().get(0);

            RecordedEvent link = event.getLink();
            assertThat(link.getEventType()).isEqualTo("$>");
            assertThat(link.getContentType()).isEqualTo("application/octet-stream");
            assertThat(text(link.getEventData())).isEqualTo("0@" + category + "-1");
            assertThat(text(link.getUserMetadata())).contains("\"$o\":\"" + category + "-1\"");
            assertThat(link.getPosition().getCommitUnsigned())
                    .isGreaterThan(event.getEvent().getPosition().getCommitUnsigned());
        }
    }

    @Test
    void listTheStreamsOfACategoryByTheirNames() {
        String category = unique("cat");
        append(category + "-1", events("Counted", 2));
        append(category + "-2", event("Counted"));
        try (Heard heard = subscribe(
                "$category-" + category, SubscribeToStreamOptions.get().fromStart())) {
            List<ResolvedEvent> events = heard.awaitEvents(2).events();

            assertThat(events).allMatch(event -> event.getEvent().getEventType().equals("$@"));
            assertThat(events)
                    .extracting(event -> text(event.getEvent().getEventData()))
                    .containsExactly(category + "-1", category + "-2");
        }
    }

    @Test
    void listAllStreamsByALinkToTheirFirstEvent() {
        Heard heard = subscribe("$streams", SubscribeToStreamOptions.get().fromEnd());
        try (heard) {
            heard.awaitCaughtUp();
            String stream = streamOf("projected", 3);
            heard.await("0@" + stream, so -> linksOf(so, "0@" + stream) > 0);

            append(stream, event("More"));
            String next = streamOf("projected", 1);
            heard.await("0@" + next, so -> linksOf(so, "0@" + next) > 0);
            assertThat(linksOf(heard, "0@" + stream)).isEqualTo(1);
        }
    }

    private static long linksOf(Heard heard, String data) {
        return heard.events().stream()
                .filter(event -> text(event.getEvent().getEventData()).equals(data))
                .count();
    }

    @Test
    void leaveOutJsonThatIsNoneButNotBytes() {
        String category = unique("cat");
        append(category + "-1", json("Broken", "{{{"), json("Empty", ""));
        append(category + "-1", EventDataBuilder.binary("Bytes", bytes("{{{")).build());
        append(category + "-2", event("Counted"));
        try (Heard heard = subscribe("$ce-" + category)) {
            assertThat(heard.awaitEvents(2).events())
                    .extracting(event -> event.getEvent().getEventType())
                    .containsExactly("Bytes", "Counted");
        }
    }

    @Test
    void keepLinksToWhatIsDeletedAndAddOneToTheDeletion() {
        String category = unique("cat");
        String stream = category + "-1";
        append(stream, event("Counted"));
        try (Heard heard = subscribe("$ce-" + category)) {
            heard.awaitEvents(1);
            delete(stream);
            ResolvedEvent deletion = heard.awaitEvents(2).events().get(1);
            assertThat(text(deletion.getLink().getEventData())).isEqualTo("0@$$" + stream);
            assertThat(deletion.getEvent().getEventType()).isEqualTo("$metadata");
        }
        try (Heard heard = subscribe("$ce-" + category)) {
            ResolvedEvent gone = heard.awaitEvents(1).events().get(0);
            assertThat(gone.getEvent()).isNull();
            assertThat(text(gone.getLink().getEventData())).isEqualTo("0@" + stream);
        }
    }

    @Test
    void makeTheirStreamsReadableByAll() {
        String category = unique("cat");
        append(category + "-1", event("Counted"));
        try (Heard heard = subscribe("$ce-" + category)) {
            heard.awaitEvents(1);
        }

        RecordedEvent metadata = read("$$$ce-" + category).getEvents().get(0).getEvent();

        assertThat(text(metadata.getEventData())).isEqualTo("{\"$acl\":{\"$r\":\"$all\",\"$mr\":\"$all\"}}");
    }
}
