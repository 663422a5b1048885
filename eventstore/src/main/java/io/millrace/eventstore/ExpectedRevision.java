package io.millrace.eventstore;

/** What an append expects of the stream, so that the store can refuse it. */
public sealed interface ExpectedRevision {

    /** Whatever is there. */
    record Any() implements ExpectedRevision {}

    /** The stream has no events yet. */
    record NoStream() implements ExpectedRevision {}

    /** The last event has this revision, counted from 0. */
    record Exactly(long revision) implements ExpectedRevision {
        public Exactly {
            if (revision < 0) {
                throw new IllegalArgumentException("expected a revision >= 0: revision=" + revision);
            }
        }
    }

    static ExpectedRevision any() {
        return new Any();
    }

    static ExpectedRevision noStream() {
        return new NoStream();
    }

    static ExpectedRevision exactly(long revision) {
        return new Exactly(revision);
    }
}
