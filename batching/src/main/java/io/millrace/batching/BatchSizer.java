package io.millrace.batching;

/**
 * Chooses how many events the next batches hold, by how long full ones took to flush. Written by the projector's thread;
 * {@link #size} may be read by any.
 *
 * <p>Two sizes of a batch with the same cost for each event differ only in what a flush costs beside its events, so the
 * larger one is the cheaper, as long as committing it takes no longer than it may. So an adaptive batch grows until a flush
 * takes half of that time, and shrinks in proportion when a full one took all of it. It is flushed when it is full, not when
 * the database happens to be free: a database that is faster than the source would otherwise be given crumbs, at a price
 * that source and projector pay, too. While a flush takes longer than folding the next batch, that one waits, full; and so
 * none is ever larger than what a flush time's work makes.
 */
final class BatchSizer {
    /** What adaptive batches begin with: a flush takes what it may at most, while a row takes no more than 20 µs. */
    private static final int FIRST = 10_000;
    /** Slowness alone does not bring adaptive batches below this; that is other than size's fault. */
    private static final int LEAST = 100;
    /** What share of the time that a flush may take growing aims at: above half, as a larger batch has fewer rows an event. */
    private static final double AIM = 0.65;
    /** A size never grows more than that at once: the first flushes tell little of the next ones. */
    private static final double MOST_GROWTH = 10;
    /** After so many full flushes without trouble a size that was too large once may be tried again. */
    private static final int FORGIVEN_AFTER = 32;

    private final FlushPolicy configured;
    private final BatchSizing bounds;
    private final Strain strain = new Strain();
    private volatile FlushPolicy policy;
    private int ceiling;
    private int flushesAtCeiling;
    private boolean strained;

    BatchSizer(FlushPolicy configured) {
        this.configured = configured;
        this.bounds = configured.sizing();
        this.ceiling = bounds.maxEvents();
        this.policy = bounds.isAdaptive() ? configured.withBatchSize(Math.min(FIRST, bounds.maxEvents())) : configured;
    }

    /** When to flush, with the size that is chosen now. */
    FlushPolicy policy() {
        return policy;
    }

    int size() {
        return policy.batchSize();
    }

    boolean hasTooManyRows(long rows) {
        return rows >= bounds.maxRows();
    }

    /** A batch is in the read model. Only a full one tells whether it could have been larger. */
    void committed(Batch batch, long tookNanos) {
        if (batch.reason() == FlushReason.SIZE && batch.events().size() >= size()) {
            Strain.Verdict verdict = verdict(batch.changes().rows(), tookNanos);
            if (bounds.isAdaptive()) {
                adapt(batch.events().size(), tookNanos);
            } else {
                relieve(verdict, tookNanos);
            }
        }
    }

    private Strain.Verdict verdict(long rows, long tookNanos) {
        Strain.Verdict verdict = strain.after(rows, tookNanos, isGrown());
        strained = verdict == Strain.Verdict.MUCH || (strained && verdict == Strain.Verdict.SOME);
        return verdict;
    }

    /** Whether it is larger than configured, to make up for a slow database. */
    private boolean isGrown() {
        return !bounds.isAdaptive() && size() > configured.batchSize();
    }

    /** Whether the database takes far longer for a row than it did. */
    boolean isStrained() {
        return strained;
    }

    private void adapt(int events, long tookNanos) {
        long limit = bounds.flushTime().toNanos();
        if (tookNanos > limit) {
            choose(Math.max(Math.min(LEAST, size()), (int) (events * Math.max(0.5, (double) limit / tookNanos))));
            return;
        }
        if (tookNanos < limit / 2) {
            forgive();
            double growth = Math.min(MOST_GROWTH, AIM * limit / Math.max(1, tookNanos));
            choose((int) Math.min(ceiling, growth * size()));
        }
    }

    private void forgive() {
        if (size() < ceiling || ceiling == bounds.maxEvents()) {
            flushesAtCeiling = 0;
        } else if (++flushesAtCeiling > FORGIVEN_AFTER) {
            flushesAtCeiling = 0;
            ceiling = (int) Math.min(bounds.maxEvents(), 2L * ceiling);
        }
    }

    private void relieve(Strain.Verdict verdict, long tookNanos) {
        switch (verdict) {
            case NONE -> {
                if (isGrown()) {
                    choose(Math.max(configured.batchSize(), size() / 2));
                }
            }
            case SOME -> {}
            case MUCH -> {
                if (tookNanos < bounds.flushTime().toNanos() / 2) {
                    choose((int) Math.max(size(), Math.min(bounds.maxEvents(), 2L * size())));
                }
            }
        }
    }

    /** A flush was given up for its length or for the locks that it held, or memory is short: smaller ones may pass. */
    void halve() {
        int least = bounds.isAdaptive() ? 1 : configured.batchSize();
        ceiling = Math.max(least, size() / 2);
        flushesAtCeiling = 0;
        choose(ceiling);
    }

    /** Memory is short. What is small already holds little of it. */
    void saveMemory() {
        if (!bounds.isAdaptive() || size() > LEAST) {
            halve();
        }
    }

    private void choose(int size) {
        if (size != size()) {
            policy = policy.withBatchSize(size);
        }
    }
}
