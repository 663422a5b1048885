package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.SubscriptionFilterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Checkpoints of filtered subscriptions. Records of all kinds count, system projections' links and what others write
 * meanwhile too, so that numbers are bounds. While live, a multiplier above 1 was not recorded and is not tested.
 */
final class CheckpointIT extends ContractTest {
    private static final String TYPE = unique("Match");
    private static final String STREAM = unique("checkpoint");
    private static final int EVENTS = 600;

    @SuppressWarnings("NullAway.Init")
    private static Position before;

    /** Six hundred events, of which every hundredth matches; the last is one. */
    @BeforeAll
    static void writeSome() {
        before = append(unique("before"), event("Before")).getLogPosition();
        for (int i = 0; i < EVENTS / 100; i++) {
            append(STREAM, events("Other", 99));
            append(STREAM, event(TYPE));
        }
    }

    private static SubscriptionFilterBuilder matching(int window) {
        return matching(TYPE, window);
    }

    private static SubscriptionFilterBuilder matching(String type, int window) {
        return SubscriptionFilter.newBuilder()
                .withEventTypeRegularExpression("^" + type + "$")
                .withMaxWindow(window);
    }

    private static Heard caughtUp(SubscriptionFilterBuilder filter, int multiplier) {
        return subscribeToAll(SubscribeToAllOptions.get().fromPosition(before), filter, multiplier)
                .awaitCaughtUp();
    }

    @Test
    void comeOncePerWindowWhileCatchingUp() {
        try (Heard heard = caughtUp(matching(10), 1)) {
            assertThat(heard.checkpoints()).hasSizeGreaterThanOrEqualTo(EVENTS / 10 - 1);
        }
    }

    @Test
    void comeOncePerSoManyWindowsAsTheMultiplierSays() {
        // In this order, as a link that comes late can only add to the larger number.
        try (Heard fifth = caughtUp(matching(10), 5);
                Heard all = caughtUp(matching(10), 1)) {
            assertThat(fifth.checkpoints())
                    .hasSizeGreaterThanOrEqualTo(EVENTS / 50 - 1)
                    .hasSizeLessThanOrEqualTo(all.checkpoints().size() / 5 + 2);
        }
    }

    @Test
    void comeMoreSeldomInALargerWindow() {
        try (Heard large = caughtUp(matching(100), 1);
                Heard small = caughtUp(matching(10), 1)) {
            assertThat(large.checkpoints())
                    .hasSizeGreaterThanOrEqualTo(EVENTS / 100 - 1)
                    .hasSizeLessThanOrEqualTo(small.checkpoints().size() / 10 + 2);
        }
    }

    @Test
    void neverGoBackNorBeforeAnEventThatCameEarlier() {
        try (Heard heard = caughtUp(matching(10), 1)) {
            List<Long> positions = heard.signals().stream()
                    .flatMap(signal -> signal instanceof Signal.Delivered delivered
                            ? delivered.event().getPosition().stream()
                            : signal instanceof Signal.Checkpoint checkpoint
                                    ? Stream.of(checkpoint.position())
                                    : Stream.empty())
                    .map(Position::getCommitUnsigned)
                    .toList();

            assertThat(positions).isSorted().hasSizeGreaterThan(EVENTS / 10);
        }
    }

    @Test
    void comeBeforeCaughtUpWhereThereWasAMatch() {
        String type = unique("Match");
        Position match = append(unique("checkpoint"), event(type)).getLogPosition();

        // From the event just before: one window, not full, whose match is the last thing in it that counts.
        try (Heard heard = subscribeToAll(
                SubscribeToAllOptions.get().fromPosition(positions(STREAM).get(EVENTS - 1)), matching(type, 100_000))) {
            assertThat(heard.awaitCaughtUp().outline()).containsExactly("confirmed", "#0", "checkpoint", "caughtUp");
            assertThat(heard.checkpoints()).containsExactly(match);
        }
    }

    @Test
    void comeInTheirNumberWhileLiveThoughNothingMatches() {
        String type = unique("Match");
        try (Heard heard = subscribeToAll(SubscribeToAllOptions.get().fromEnd(), matching(type, 10))) {
            heard.awaitCaughtUp();
            assertThat(heard.checkpoints()).isEmpty();
            Position start = append(unique("checkpoint"), event("Other")).getLogPosition();
            append(unique("checkpoint"), events("Other", 119));

            heard.await(
                    "11 checkpoints behind " + start, so -> behind(start, so).count() >= 11);
            assertThat(heard.checkpoints())
                    .allSatisfy(at -> assertThat(at.getPrepareUnsigned()).isEqualTo(at.getCommitUnsigned()));
            assertThat(heard.events()).isEmpty();
        }
    }

    private static Stream<Position> behind(Position start, Heard heard) {
        return heard.checkpoints().stream().filter(at -> at.getCommitUnsigned() > start.getCommitUnsigned());
    }

    /** Of prepare 0, as catching up has it, a real server was seen to resume exactly with prepare = commit. */
    @Test
    void canBeResumedFromWithoutAGapOrADouble() {
        List<Position> points = new ArrayList<>();
        try (Heard heard = caughtUp(matching(40), 1)) {
            points.addAll(heard.checkpoints());
        }
        List<Position> matches = positions(STREAM).stream().toList();
        for (int i = 0; i < points.size(); i += 5) {
            long point = points.get(i).getCommitUnsigned();
            List<Long> rest = new ArrayList<>();
            for (int revision = 99; revision < EVENTS; revision += 100) {
                if (matches.get(revision).getCommitUnsigned() > point) {
                    rest.add((long) revision);
                }
            }
            try (Heard resumed = subscribeToAll(
                    SubscribeToAllOptions.get().fromPosition(new Position(point, point)), matching(40))) {
                assertThat(revisions(resumed.awaitCaughtUp().events())).isEqualTo(rest);
            }
        }
    }

    @Test
    void doNotComeWithoutAFilter() {
        Heard heard = new Heard();
        try (heard) {
            heard.with(CLIENT.subscribeToAll(heard, SubscribeToAllOptions.get().fromPosition(before)));
            assertThat(heard.awaitCaughtUp().checkpoints()).isEmpty();
        }
    }
}
