package io.millrace.embedded;

/** What became of an append. */
sealed interface AppendOutcome {
    /**
     * Written, or written before.
     *
     * @param revision of the append's last event; -1 after an append of nothing to a missing stream
     * @param position of the append's last event; -1 when it was written before and is not shown any more
     */
    record Appended(long revision, long position) implements AppendOutcome {}

    /** Refused, nothing written; {@code current} is the stream's last revision, -1 when it is missing. */
    record WrongRevision(long current) implements AppendOutcome {}

    /** Refused: the stream has a tombstone, or is deleted softly and was expected to exist. */
    record StreamDeleted() implements AppendOutcome {}
}
