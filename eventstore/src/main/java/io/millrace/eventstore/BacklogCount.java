package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/** Counts wanted events up to a number. Safe for use by a thread that counts and one that asks. */
final class BacklogCount implements Predicate<ReadResp> {
    private final EventDecoder decoder;
    private final Optional<Position> afterExclusive;
    private final int maxEvents;
    private long events;
    private boolean more;
    private Optional<Instant> oldest = Optional.empty();

    BacklogCount(EventDecoder decoder, Optional<Position> afterExclusive, int maxEvents) {
        this.decoder = decoder;
        this.afterExclusive = afterExclusive;
        this.maxEvents = maxEvents;
    }

    @Override
    public synchronized boolean test(ReadResp message) {
        if (!message.hasEvent()) {
            return true;
        }
        Position position = decoder.position(message.getEvent());
        EventEnvelope event = decoder.wanted(message.getEvent(), position);
        if (event == null
                || afterExclusive.filter(after -> !position.isAfter(after)).isPresent()) {
            return true;
        }
        if (events == maxEvents) {
            more = true;
            return false;
        }
        if (events++ == 0) {
            oldest = Optional.of(event.created());
        }
        return true;
    }

    /** @param ended whether all that there is was seen, or enough of it */
    synchronized Backlog result(boolean ended) {
        return new Backlog(events, ended && !more, oldest);
    }
}
