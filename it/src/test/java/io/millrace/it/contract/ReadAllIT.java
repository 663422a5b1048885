package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ResolvedEvent;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole log, in both directions; this client cannot filter it, see {@link WireIT}. */
final class ReadAllIT extends ContractTest {
    @SuppressWarnings("NullAway.Init")
    private static String five;

    @SuppressWarnings("NullAway.Init")
    private static List<Position> positions;

    @BeforeAll
    static void writeFive() {
        five = streamOf("readAll", 5);
        positions = positions(five);
    }

    private static ReadAllOptions forwards() {
        return ReadAllOptions.get().forwards();
    }

    private static ReadAllOptions backwards() {
        return ReadAllOptions.get().backwards();
    }

    @Test
    void beginsWithTheServersOwnEvents() {
        List<ResolvedEvent> events = readAll(forwards().fromStart().maxCount(5));

        assertThat(events).hasSize(5);
        assertThat(events.get(0).getEvent().getStreamId()).startsWith("$");
    }

    @Test
    void readsForwardsFromAnEventInclusive() {
        List<ResolvedEvent> events = readAll(forwards().fromPosition(positions.get(2)));

        assertThat(events.get(0).getEvent().getPosition()).isEqualTo(positions.get(2));
        assertThat(revisions(of(five, events))).containsExactly(2L, 3L, 4L);
    }

    @Test
    void readsBackwardsFromAnEventExclusive() {
        List<ResolvedEvent> events =
                readAll(backwards().fromPosition(positions.get(2)).maxCount(2));

        assertThat(revisions(of(five, events))).containsExactly(1L, 0L);
    }

    @Test
    void readsBackwardsFromTheEnd() {
        String stream = streamOf("readAll", 3);

        List<ResolvedEvent> events = readAll(backwards().fromEnd().maxCount(500));

        assertThat(revisions(of(stream, events))).containsExactly(2L, 1L, 0L);
    }

    @Test
    void stopsAtTheCount() {
        assertThat(readAll(forwards().fromPosition(positions.get(0)).maxCount(3)))
                .extracting(event -> event.getEvent().getRevision())
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void isOrderedByPosition() {
        List<ResolvedEvent> events =
                readAll(forwards().fromPosition(positions.get(0)).maxCount(100));

        assertThat(events)
                .extracting(event -> event.getPosition().orElseThrow().getCommitUnsigned())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void refusesAPositionWhereNoRecordBegins() {
        long position = positions.get(2).getCommitUnsigned();

        for (long between : new long[] {position + 1, position - 1}) {
            Outcome.refusal(
                    Status.Code.UNKNOWN, CLIENT.readAll(forwards().fromPosition(new Position(between, between))));
        }
    }

    @Test
    void readsNothingFromBeyondTheEnd() {
        long beyond = positions.get(4).getCommitUnsigned() + 1_000_000_000_000L;

        assertThat(readAll(forwards().fromPosition(new Position(beyond, beyond))))
                .isEmpty();
    }

    @Test
    void readsNothingForwardsFromTheEnd() {
        assertThat(of(five, readAll(forwards().fromEnd()))).isEmpty();
    }

    @Test
    void resolvesLinksWhenAsked() {
        String links = unique("readAll");
        Position position = append(links, link("3@" + five)).getLogPosition();

        ResolvedEvent unresolved = first(forwards().fromPosition(position));
        ResolvedEvent resolved = first(forwards().fromPosition(position).resolveLinkTos());

        assertThat(unresolved.getEvent().getEventType()).isEqualTo("$>");
        assertThat(resolved.getEvent().getStreamId()).isEqualTo(five);
        assertThat(resolved.getEvent().getRevision()).isEqualTo(3);
        assertThat(resolved.getLink().getStreamId()).isEqualTo(links);
        assertThat(resolved.getPosition()).contains(position);
    }

    private static ResolvedEvent first(ReadAllOptions options) {
        return readAll(options.maxCount(1)).get(0);
    }
}
