package io.millrace.embedded;

import io.grpc.StatusRuntimeException;
import java.util.Optional;

/** Follows links ({@code $>} events, data {@code revision@stream}) to the events that they point to. */
final class Links {
    /** What a link names that means the newest event, whichever that is. */
    private static final long NEWEST = -1;

    private final EventLog log;

    enum Outcome {
        /** No link, or its data is none: it is shown as the event that it is. */
        NO_LINK,
        /** The event is missing or truncated: the link is shown without one. */
        EVENT_GONE,
        /** The event's stream is missing or deleted: the link is shown without one. */
        STREAM_GONE,
        FOUND
    }

    record Resolution(Outcome outcome, int sequence) {
        static final Resolution NO_LINK = new Resolution(Outcome.NO_LINK, -1);
        static final Resolution EVENT_GONE = new Resolution(Outcome.EVENT_GONE, -1);
        static final Resolution STREAM_GONE = new Resolution(Outcome.STREAM_GONE, -1);
    }

    Links(EventLog log) {
        this.log = log;
    }

    Resolution resolve(RecordCursor link) {
        if (link.kind.isProjected()) {
            RecordCursor target = new RecordCursor(log).header(link.target);
            return resolve(log.find(ProjectedLink.streamNamed(link.kind, target)), target.revision);
        }
        String[] revisionAndStream = link.dataText().split("@", 2);
        try {
            long revision = Long.parseLong(revisionAndStream[0].strip());
            return revisionAndStream.length < 2
                    ? Resolution.EVENT_GONE
                    : resolve(log.find(revisionAndStream[1]), revision);
        } catch (NumberFormatException noRevision) {
            return Resolution.NO_LINK;
        }
    }

    /** Whether a link to this revision would find it. */
    boolean isShown(StreamState stream, long revision) {
        return resolve(Optional.of(stream), revision).outcome() == Outcome.FOUND;
    }

    private Resolution resolve(Optional<StreamState> stream, long named) {
        if (named < NEWEST) {
            return Resolution.EVENT_GONE;
        }
        if (stream.isEmpty() || !stream.get().isThere() || isMetadataOfDeleted(stream.get())) {
            return Resolution.STREAM_GONE;
        }
        StreamState target = stream.get();
        long revision = named == NEWEST ? target.lastRevision() : named;
        return revision <= target.lastRevision() && revision >= firstShown(target)
                ? new Resolution(Outcome.FOUND, target.sequenceOf((int) revision))
                : Resolution.EVENT_GONE;
    }

    private boolean isMetadataOfDeleted(StreamState stream) {
        return stream.isMetadataStream() && log.isDeletedForGood(stream.name);
    }

    private long firstShown(StreamState stream) {
        try {
            return new VisibleRange(log, stream).first();
        } catch (StatusRuntimeException unreadable) {
            return Long.MAX_VALUE;
        }
    }
}
