package io.millrace.embedded;

/** What an append expects of its stream, as EventStoreDB numbers it: a revision, or one of the negative constants. */
final class ExpectedRevision {
    static final long NO_STREAM = -1;
    static final long ANY = -2;
    static final long STREAM_EXISTS = -4;

    private ExpectedRevision() {}
}
