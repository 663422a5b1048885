package io.millrace.embedded;

import java.util.Optional;

/** Follows links ({@code $>} events, data {@code revision@stream}) to the events that they point to. */
final class Links {
    private final EventLog log;

    enum Outcome {
        /** No link, or its data is none: it is shown as the event that it is. */
        NO_LINK,
        /** The event is missing, truncated or deleted: the link is shown without one. */
        GONE,
        FOUND
    }

    record Resolution(Outcome outcome, int sequence) {
        static final Resolution NO_LINK = new Resolution(Outcome.NO_LINK, -1);
        static final Resolution GONE = new Resolution(Outcome.GONE, -1);
    }

    Links(EventLog log) {
        this.log = log;
    }

    Resolution resolve(RecordCursor link) {
        if (link.kind.isProjected()) {
            RecordCursor target = new RecordCursor(log).header(link.target);
            return resolve(Optional.of(target.stream()), target.revision);
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
        if (stream.isEmpty() || stream.get().isTombstoned() || revision < 0) {
            return Resolution.GONE;
        }
        StreamState target = stream.get();
        boolean shown = revision <= target.lastRevision() && revision >= new VisibleRange(log, target).first();
        return shown ? new Resolution(Outcome.FOUND, target.sequenceOf((int) revision)) : Resolution.GONE;
    }
}
