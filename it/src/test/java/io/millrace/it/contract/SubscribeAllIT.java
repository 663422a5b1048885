package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.SubscribeToAllOptions;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions to the whole log without a filter; others may write to it meanwhile. */
final class SubscribeAllIT extends ContractTest {
    private static SubscribeToAllOptions from() {
        return SubscribeToAllOptions.get();
    }

    @Test
    void beginsWithTheServersOwnEventsAtTheStart() {
        try (Heard heard = subscribeToAll(from().fromStart())) {
            heard.awaitEvents(3);

            assertThat(heard.outline().get(0)).isEqualTo("confirmed");
            assertThat(heard.events().get(0).getEvent().getStreamId()).startsWith("$");
        }
    }

    @Test
    void beginsBehindThePositionThatIsGivenAndGoesOnLive() {
        String stream = streamOf("all", 5);
        try (Heard heard = subscribeToAll(from().fromPosition(positions(stream).get(2)))) {
            heard.awaitCaughtUp();
            append(stream, event("Live"));

            assertThat(revisions(awaitOf(heard, stream, 3))).containsExactly(3L, 4L, 5L);
            assertThat(heard.outline()).startsWith("confirmed", "#3", "#4");
        }
    }

    @Test
    void hearsOnlyWhatIsNewFromTheEnd() {
        String stream = streamOf("all", 3);
        try (Heard heard = subscribeToAll(from().fromEnd())) {
            heard.awaitCaughtUp();
            append(stream, events("Live", 2));

            assertThat(revisions(awaitOf(heard, stream, 2))).containsExactly(3L, 4L);
            assertThat(heard.outline()).startsWith("confirmed", "caughtUp");
        }
    }

    @Test
    void resumesBehindEachEventWithoutAGapOrADouble() {
        String stream = streamOf("all", 8);
        List<Position> positions = positions(stream);
        for (int last = 0; last < 8; last++) {
            try (Heard heard = subscribeToAll(from().fromPosition(positions.get(last)))) {
                List<ResolvedEvent> rest = of(stream, heard.awaitCaughtUp().events());
                assertThat(revisions(rest)).isEqualTo(revisions(read(stream)).subList(last + 1, 8));
            }
        }
    }

    @Test
    void hearsSystemEventsInTheOrderOfTheirPositions() {
        String stream = unique("all");
        try (Heard heard = subscribeToAll(from().fromEnd())) {
            heard.awaitCaughtUp();
            append(stream, event("Opened"));
            setMetadata(stream, new StreamMetadata());
            append(stream, event("Closed"));
            awaitOf(heard, stream, 2);

            assertThat(heard.events())
                    .extracting(event -> event.getOriginalEvent().getStreamId())
                    .containsSubsequence(stream, "$$" + stream, stream);
            assertThat(heard.events())
                    .extracting(event -> event.getPosition().orElseThrow().getCommitUnsigned())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void hearsTheTombstoneOfAStreamAndGoesOn() {
        String stream = streamOf("all", 1);
        try (Heard heard = subscribeToAll(from().fromEnd())) {
            heard.awaitCaughtUp();
            tombstone(stream);
            String other = streamOf("all", 1);
            awaitOf(heard, other, 1);

            assertThat(revisions(of(stream, heard.events()))).containsExactly(Long.MAX_VALUE);
        }
    }

    /** A read is refused with another status at once; see {@link ReadAllIT}. */
    @Test
    void isConfirmedAndThenEndedWhereNoRecordBegins() {
        long between = positions(streamOf("all", 2)).get(1).getCommitUnsigned() + 1;
        try (Heard heard = subscribeToAll(from().fromPosition(new Position(between, between)))) {
            Outcome.withStatus(Status.Code.INVALID_ARGUMENT, heard.awaitEnd());
            assertThat(heard.outline()).containsExactly("confirmed", "ended INVALID_ARGUMENT");
        }
    }

    @Test
    void hearsNothingFromBeyondTheEndAndIsNotTold() {
        long beyond = positions(streamOf("all", 1)).get(0).getCommitUnsigned() + 1_000_000_000_000L;
        try (Heard silent = subscribeToAll(from().fromPosition(new Position(beyond, beyond)));
                Heard witness = subscribeToAll(from().fromEnd())) {
            silent.awaitCaughtUp();
            witness.awaitCaughtUp();
            awaitOf(witness, streamOf("all", 20), 20);

            assertThat(silent.outline()).containsExactly("confirmed", "caughtUp");
        }
    }

    @Test
    void resolvesLinksWhenAsked() {
        String target = streamOf("all", 1);
        String links = unique("all");
        try (Heard resolving = subscribeToAll(from().fromEnd().resolveLinkTos());
                Heard plain = subscribeToAll(from().fromEnd())) {
            resolving.awaitCaughtUp();
            plain.awaitCaughtUp();
            append(links, link("0@" + target));

            assertThat(awaitOf(resolving, links, 1).get(0).getEvent().getStreamId())
                    .isEqualTo(target);
            assertThat(awaitOf(plain, links, 1).get(0).getEvent().getStreamId()).isEqualTo(links);
        }
    }

    @Test
    void hearsThousandsOfEventsOnceEach() {
        Position before = append(unique("all"), event("Before")).getLogPosition();
        String stream = unique("all");
        for (int i = 0; i < 6; i++) {
            append(stream, events("Counted", 500));
        }
        try (Heard heard = subscribeToAll(from().fromPosition(before))) {
            List<Long> revisions = revisions(of(stream, heard.awaitCaughtUp().events()));
            assertThat(revisions).isEqualTo(revisions(read(stream)));
        }
    }

    private static List<ResolvedEvent> awaitOf(Heard heard, String stream, int count) {
        heard.await(
                count + " events of " + stream, so -> of(stream, so.events()).size() >= count);
        return of(stream, heard.events());
    }
}
