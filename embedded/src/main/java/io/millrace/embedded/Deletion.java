package io.millrace.embedded;

/** The answer to a delete or a tombstone: a position, or an error where an append would answer in its body. */
final class Deletion {
    private Deletion() {}

    static long positionOf(AppendOutcome outcome, String stream, long expected) {
        if (outcome instanceof AppendOutcome.Appended done) {
            return done.position();
        }
        if (outcome instanceof AppendOutcome.WrongRevision wrong) {
            throw Refusals.deleteAtWrongRevision(stream, expected, wrong.current());
        }
        throw Refusals.streamDeleted(stream);
    }
}
