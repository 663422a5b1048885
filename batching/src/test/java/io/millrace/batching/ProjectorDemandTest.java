package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.SourceSignal.Subscribed;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How much a projector asks the source for. */
class ProjectorDemandTest {
    private long handedOn;

    @Test
    void asksForNoMoreThanThreeBatchesAndTheQueueHoldWhileAFlushIsUnderWay() {
        ProjectorHarness projector = reading(new QueueBounds(300, 32L << 20)).flushesTakeTime();

        handOnAllThatIsAskedFor(projector);

        assertThat(projector.projector.summary().events()).isEqualTo(300);
        assertThat(handedOn).isBetween(300L + 150, 300L + 300);
        assertThat(projector.source.demand).isZero();
    }

    @Test
    void asksForMoreOnceTheFlushHasLanded() {
        ProjectorHarness projector = reading(new QueueBounds(300, 32L << 20)).flushesTakeTime();
        handOnAllThatIsAskedFor(projector);
        long before = handedOn;

        projector.lands().lands();
        handOnAllThatIsAskedFor(projector);

        assertThat(handedOn - before).isBetween(100L, 300L);
    }

    @Test
    void goesOnThoughEachEventIsLargerThanTheQueue() {
        ProjectorHarness projector = reading(new QueueBounds(300, 10));

        while (handedOn < 1_000) {
            assertThat(projector.source.demand).isPositive();
            assertThat(projector.source.demandedBytes).isPositive();
            handOnOne(projector);
        }

        assertThat(projector.sizes()).hasSize(10).containsOnly(100);
    }

    private void handOnAllThatIsAskedFor(ProjectorHarness projector) {
        while (projector.source.demand > 0) {
            handOnOne(projector);
        }
    }

    private void handOnOne(ProjectorHarness projector) {
        EventEnvelope event = Views.viewed(++handedOn, "1");
        projector.source.demand--;
        projector.source.demandedBytes -= event.sizeInBytes();
        projector.say(event);
    }

    private static ProjectorHarness reading(QueueBounds bounds) {
        ProjectorHarness projector =
                new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT.withQueueBounds(bounds)).run();
        return projector.say(new Subscribed(Optional.of(at(1_000_000))));
    }
}
