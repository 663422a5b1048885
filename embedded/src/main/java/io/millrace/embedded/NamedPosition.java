package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import java.util.Optional;

/** From where a client wants to read {@code $all}: the records to begin with, or the server's refusal. */
final class NamedPosition {
    private final EventLog log;
    private final boolean isStart;
    private final boolean isEnd;
    private final LogPosition position;

    private NamedPosition(EventLog log, boolean isStart, boolean isEnd, LogPosition position) {
        this.log = log;
        this.isStart = isStart;
        this.isEnd = isEnd;
        this.position = position;
    }

    /** Refuses what is no position; 2^64 - 1 twice is the end. */
    static NamedPosition of(AllOptions from, EventLog log) {
        Options.Position named = from.getPosition();
        long commit = named.getCommitPosition();
        long prepare = named.getPreparePosition();
        if (Long.compareUnsigned(commit, prepare) < 0 || commit < -1 || prepare < -1) {
            throw Refusals.handlerThrew();
        }
        boolean isEnd = from.hasEnd() || (from.hasPosition() && commit == -1 && prepare == -1);
        return new NamedPosition(log, from.hasStart(), isEnd, new LogPosition(commit, prepare));
    }

    /** Nothing is behind the last record's beginning, whether or not a record could begin at the position. */
    int firstForwards() {
        if (isStart) {
            return 0;
        }
        if (isEnd || log.isBehindLast(position.commit())) {
            return log.head();
        }
        refuseBetweenRecords();
        return log.firstAtOrAfter(position.commit());
    }

    /** The record before the position; one that ends at it is passed over when the prepare position is an earlier one. */
    int firstBackwards() {
        if (isStart) {
            return -1;
        }
        if (isEnd) {
            return log.head() - 1;
        }
        refuseBetweenRecords();
        int before = log.firstAtOrAfter(position.commit()) - 1;
        boolean isPassedOver =
                before >= 0 && position.prepare() < position.commit() && log.endOf(before) == position.commit();
        return isPassedOver ? before - 1 : before;
    }

    private void refuseBetweenRecords() {
        if (position.commit() < 0 || !log.isBoundary(position.commit())) {
            throw Refusals.unexpected("ReadAllResult: InvalidPosition");
        }
    }

    AllSubscription.Start subscriptionStart() {
        if (isStart) {
            return new AllSubscription.Start(null, 0, Optional.empty());
        }
        if (isEnd) {
            return new AllSubscription.Start(LogPosition.of(log.lastPosition()), log.head(), Optional.empty());
        }
        int at = log.firstAtOrAfter(position.commit());
        boolean isOnRecord = at < log.head() && log.address(at) == position.commit();
        boolean isValid =
                position.commit() >= 0 && (log.isBehindLast(position.commit()) || log.isBoundary(position.commit()));
        Optional<RuntimeException> refusal =
                isValid ? Optional.empty() : Optional.of(Refusals.invalid("Trying to read from an invalid position."));
        // A checkpoint with prepare 0 lies before the record at its commit position; an event's position does not.
        boolean isPassed = isOnRecord && position.prepare() >= position.commit();
        return new AllSubscription.Start(position, isPassed ? at + 1 : at, refusal);
    }
}
