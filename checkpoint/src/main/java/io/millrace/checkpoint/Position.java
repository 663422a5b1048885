package io.millrace.checkpoint;

/**
 * Where an event stands: in the store's log ({@code $all}), or in a single stream.
 *
 * <p>Positions of one kind are ordered; comparing positions of two kinds is an error, since a projection that read
 * {@code $all} cannot go on in a stream. Zero is a position; "none" is the absence of one. Immutable.
 */
public sealed interface Position extends Comparable<Position> {

    /**
     * A position in {@code $all}. Both numbers are kept as they came: the checkpoints of a filtered subscription that
     * catches up carry prepare 0, those of a live one prepare = commit, and the release notes of KurrentDB 25.0.1
     * (#4991) say that an event can be missed when only the commit position is kept.
     */
    record InLog(long commit, long prepare) implements Position {
        public InLog {
            if (commit < 0 || prepare < 0 || prepare > commit) {
                throw new IllegalArgumentException(
                        "expected 0 <= prepare <= commit: commit=" + commit + ", prepare=" + prepare);
            }
        }

        @Override
        public int compareTo(Position other) {
            if (!(other instanceof InLog that)) {
                throw notComparable(this, other);
            }
            int byCommit = Long.compare(commit, that.commit);
            return byCommit != 0 ? byCommit : Long.compare(prepare, that.prepare);
        }

        @Override
        public String toString() {
            return commit + "/" + prepare;
        }
    }

    /** A revision in one stream, counted from 0. */
    record InStream(long revision) implements Position {
        public InStream {
            if (revision < 0) {
                throw new IllegalArgumentException("expected a revision >= 0: revision=" + revision);
            }
        }

        @Override
        public int compareTo(Position other) {
            if (!(other instanceof InStream that)) {
                throw notComparable(this, other);
            }
            return Long.compare(revision, that.revision);
        }

        @Override
        public String toString() {
            return Long.toString(revision);
        }
    }

    static Position inLog(long commit, long prepare) {
        return new InLog(commit, prepare);
    }

    static Position inStream(long revision) {
        return new InStream(revision);
    }

    /** Whether this position comes later than the other; equal positions do not. */
    default boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }

    private static IllegalArgumentException notComparable(Position one, Position other) {
        return new IllegalArgumentException("expected two positions in $all or two in one stream: " + one + " ("
                + one.getClass().getSimpleName() + ") and " + other + " ("
                + other.getClass().getSimpleName() + ")");
    }
}
