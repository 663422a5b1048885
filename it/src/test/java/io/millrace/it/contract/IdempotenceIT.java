package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.WriteResult;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Appends that are made again, as a real server was recorded to answer them: more than the documentation says. */
final class IdempotenceIT extends ContractTest {
    private final EventData one = event("One");
    private final EventData two = event("Two");
    private final String stream = unique("idempotence");

    @SuppressWarnings("NullAway.Init")
    private WriteResult first;

    @BeforeEach
    void writeBothOnce() {
        first = Outcome.of(appending(stream, ExpectedRevision.noStream(), one, two));
    }

    @Test
    void answersAsTheFirstTimeToTheSameWithNoStream() {
        assertAnsweredAsTheFirstTime(Outcome.of(appending(stream, ExpectedRevision.noStream(), one, two)));
    }

    @Test
    void answersAsTheFirstTimeToTheSameWithAny() {
        assertAnsweredAsTheFirstTime(append(stream, one, two));
    }

    private void assertAnsweredAsTheFirstTime(WriteResult again) {
        assertThat(again.getNextExpectedRevision()).isEqualTo(first.getNextExpectedRevision());
        assertThat(again.getLogPosition()).isEqualTo(first.getLogPosition());
        assertNothingWasAdded();
    }

    @Test
    void answersWithRevisionAndPositionOfTheEventThatWasThere() {
        WriteResult again = append(stream, one);

        assertThat(again.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(again.getLogPosition()).isEqualTo(positions(stream).get(0));
        assertNothingWasAdded();
    }

    @Test
    void refusesAKnownEventFollowedByANewOneEvenWithAny() {
        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class, appending(stream, ExpectedRevision.any(), two, event("Three")));

        assertThat(refused.getNextExpectedRevision()).isEqualTo(ExpectedRevision.any());
        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(1));
        assertNothingWasAdded();
    }

    @Test
    void refusesAKnownEventFollowedByANewOneAtItsRevision() {
        WrongExpectedVersionException refused = Outcome.failure(
                WrongExpectedVersionException.class,
                appending(stream, ExpectedRevision.expectedRevision(0), two, event("Three")));

        assertThat(refused.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(1));
        assertNothingWasAdded();
    }

    @Test
    void looksAtTheIdOnlyAndKeepsTheOldEvent() {
        UUID id = one.getEventId();

        WriteResult again = append(
                stream, EventDataBuilder.json(id, "Other", bytes("{\"n\":2}")).build());

        assertThat(again.getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(read(stream).getEvents().get(0).getEvent().getEventType()).isEqualTo("One");
        assertNothingWasAdded();
    }

    @Test
    void countsIdsPerStream() {
        String other = unique("idempotence");

        assertThat(append(other, one).getNextExpectedRevision()).isEqualTo(ExpectedRevision.expectedRevision(0));
        assertThat(read(other).getEvents()).hasSize(1);
    }

    private void assertNothingWasAdded() {
        assertThat(revisions(read(stream))).containsExactly(0L, 1L);
    }
}
