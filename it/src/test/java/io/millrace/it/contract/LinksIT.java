package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.SubscriptionFilter;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Links that a client wrote: to an event, to what is gone in four ways, and one that is none. */
final class LinksIT extends ContractTest {
    private static final int TO_EVENT = 0;
    private static final int TO_MISSING_REVISION = 1;
    private static final int NO_LINK = 5;

    @SuppressWarnings("NullAway.Init")
    private static String target;

    @SuppressWarnings("NullAway.Init")
    private static String links;

    @BeforeAll
    static void writeLinks() {
        target = streamOf("target", 3);
        String softDeleted = streamOf("target", 1);
        String tombstoned = streamOf("target", 1);
        links = unique("links");
        append(
                links,
                link("1@" + target),
                link("77@" + target),
                link("0@" + unique("missing")),
                link("0@" + softDeleted),
                link("0@" + tombstoned),
                link("garbage"));
        delete(softDeleted);
        tombstone(tombstoned);
    }

    @Test
    void areEventsLikeOthersUnlessResolved() {
        List<ResolvedEvent> events = read(links).getEvents();

        assertThat(events).hasSize(6).allSatisfy(event -> {
            assertThat(event.getLink()).isNull();
            assertThat(event.getEvent().getEventType()).isEqualTo("$>");
        });
    }

    @Test
    void areResolvedToTheirEventAtTheLinksPosition() {
        assertIsResolved(readResolved().get(TO_EVENT));
    }

    @Test
    void comeAloneWhenWhatTheyPointToIsGone() {
        assertComeAlone(readResolved());
    }

    @Test
    void comeAsTheEventWhenTheyCannotBeParsed() {
        assertIsNoLink(readResolved().get(NO_LINK));
    }

    @Test
    void areResolvedBackwardsToo() {
        List<ResolvedEvent> events = read(
                        links, ReadStreamOptions.get().backwards().fromEnd().resolveLinkTos())
                .getEvents();

        assertThat(revisions(events)).containsExactly(5L, 4L, 3L, 2L, 1L, 0L);
        assertIsResolved(events.get(5));
    }

    @Test
    void areResolvedInASubscription() {
        try (Heard heard = subscribe(links, SubscribeToStreamOptions.get().resolveLinkTos())) {
            heard.awaitCaughtUp();

            assertThat(heard.outline()).containsExactly("confirmed", "#0", "#1", "#2", "#3", "#4", "#5", "caughtUp");
            assertIsResolved(heard.events().get(TO_EVENT));
            assertComeAlone(heard.events());
            assertIsNoLink(heard.events().get(NO_LINK));
        }
    }

    @Test
    void areResolvedLiveInASubscription() {
        String stream = unique("links");
        try (Heard heard = subscribe(stream, SubscribeToStreamOptions.get().resolveLinkTos())) {
            heard.awaitCaughtUp();
            append(stream, link("1@" + target));

            assertIsResolved(heard.awaitEvents(1).events().get(0));
        }
    }

    @Test
    void areFilteredByTheirOwnStreamNotByTheTargets() {
        try (Heard ofLinks = subscribeResolving(links);
                Heard ofTarget = subscribeResolving(target)) {
            assertThat(ofLinks.awaitCaughtUp().events()).hasSize(6);
            assertIsResolved(ofLinks.events().get(TO_EVENT));
            assertComeAlone(ofLinks.events());
            assertThat(ofTarget.awaitCaughtUp().events())
                    .extracting(ResolvedEvent::getLink)
                    .containsOnlyNulls()
                    .hasSize(3);
        }
    }

    private static Heard subscribeResolving(String stream) {
        return subscribeToAll(
                SubscribeToAllOptions.get().fromStart().resolveLinkTos(),
                SubscriptionFilter.newBuilder().withStreamNameRegularExpression("^" + stream + "$"));
    }

    private static List<ResolvedEvent> readResolved() {
        return read(links, ReadStreamOptions.get().resolveLinkTos()).getEvents();
    }

    private static void assertIsResolved(ResolvedEvent event) {
        assertThat(event.getEvent().getStreamId()).isEqualTo(target);
        assertThat(event.getEvent().getRevision()).isEqualTo(1);
        assertThat(event.getLink().getEventType()).isEqualTo("$>");
        assertThat(event.getPosition()).contains(event.getLink().getPosition());
    }

    private static void assertComeAlone(List<ResolvedEvent> events) {
        assertThat(events.subList(TO_MISSING_REVISION, NO_LINK)).allSatisfy(event -> {
            assertThat(event.getEvent()).isNull();
            assertThat(event.getLink().getEventType()).isEqualTo("$>");
        });
    }

    private static void assertIsNoLink(ResolvedEvent event) {
        assertThat(event.getLink()).isNull();
        assertThat(text(event.getEvent().getEventData())).isEqualTo("garbage");
    }
}
