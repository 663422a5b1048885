package io.millrace.bench.engines;

import io.millrace.checkpoint.Position.InLog;
import io.millrace.projections.EventEnvelope;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.stream.javadsl.Source;

/** Events that are there already; then it stays open, as a live source does. */
final class PekkoSource extends SourceProvider<Long, EventEnvelope> {
    private final List<EventEnvelope> events;

    PekkoSource(List<EventEnvelope> events) {
        this.events = events;
    }

    @Override
    public CompletionStage<Source<EventEnvelope, NotUsed>> source(
            Supplier<CompletionStage<Optional<Long>>> committedOffset) {
        return committedOffset.get().thenApply(offset -> {
            if (offset.isPresent()) {
                throw new IllegalStateException("expected to begin at the beginning: offset=" + offset.get());
            }
            return Source.from(events).concat(Source.maybe());
        });
    }

    @Override
    public Long extractOffset(EventEnvelope event) {
        return ((InLog) event.position()).commit();
    }

    @Override
    public long extractCreationTime(EventEnvelope event) {
        return event.created().toEpochMilli();
    }
}
