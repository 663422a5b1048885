package io.millrace.eventstore;

import java.util.OptionalLong;

/** Says why events were not appended, in a sentence for the person who appends. */
public final class AppendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of refusal it is. */
    public enum Kind {
        /** The stream is not where it was expected; nothing was written. */
        WRONG_REVISION,
        /** More bytes than the store takes at once; nothing was written. */
        TOO_LARGE,
        /** Credentials or rights were refused; nothing was written. */
        DENIED,
        /** Nobody answers, or the connection was lost: it may have been written. Append the same events again. */
        UNREACHABLE,
        /** The request is wrong, or the stream was deleted for good; nothing was written. */
        INVALID
    }

    private final Kind kind;
    private final String stream;
    private final long currentRevision;

    AppendException(Kind kind, String stream, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.stream = stream;
        this.currentRevision = -1;
    }

    /** The stream is not where it was expected. */
    AppendException(String stream, ExpectedRevision expected, OptionalLong currentRevision) {
        super("expected the stream to be where the append continues it: stream=" + stream + ", expected=" + expected
                + ", last revision="
                + (currentRevision.isPresent() ? currentRevision.getAsLong() : "none") + "; nothing was written");
        this.kind = Kind.WRONG_REVISION;
        this.stream = stream;
        this.currentRevision = currentRevision.orElse(-1);
    }

    public Kind kind() {
        return kind;
    }

    public String stream() {
        return stream;
    }

    /** Where the stream is, when it is not where it was expected; empty if it has no events. */
    public OptionalLong currentRevision() {
        return currentRevision < 0 ? OptionalLong.empty() : OptionalLong.of(currentRevision);
    }
}
