package io.millrace.embedded;

import java.util.Optional;

/** Follows links ({@code $>} events, data {@code revision@stream}) to the events that they point to. */
final class Links {
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
        String text = link.dataText();
        int at = text.indexOf('@');
        try {
            return resolve(log.find(text.substring(Math.max(0, at) + 1)), Long.parseLong(text, 0, Math.max(0, at), 10));
        } catch (NumberFormatException noRevision) {
            return Resolution.NO_LINK;
        }
    }

    private Resolution resolve(Optional<StreamState> stream, long revision) {
        if (stream.isEmpty() || !stream.get().isThere()) {
            return Resolution.STREAM_GONE;
        }
        StreamState target = stream.get();
        boolean shown =
                revision <= target.lastRevision() && revision >= Math.max(0, new VisibleRange(log, target).first());
        return shown ? new Resolution(Outcome.FOUND, target.sequenceOf((int) revision)) : Resolution.EVENT_GONE;
    }
}
