package io.millrace.embedded;

/** Commit and prepare as clients name them, unsigned both; ordered by the first, then the second. */
record LogPosition(long commit, long prepare) implements Comparable<LogPosition> {
    static LogPosition of(long address) {
        return new LogPosition(address, address);
    }

    @Override
    public int compareTo(LogPosition other) {
        int byCommit = Long.compareUnsigned(commit, other.commit);
        return byCommit != 0 ? byCommit : Long.compareUnsigned(prepare, other.prepare);
    }

    boolean isBefore(LogPosition other) {
        return compareTo(other) < 0;
    }
}
