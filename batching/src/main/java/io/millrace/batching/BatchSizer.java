package io.millrace.batching;

/**
 * Chooses how many events the next batches hold, by how long full ones took to flush. Written by the projector's thread;
 * {@link #size} may be read by any.
 *
 * <p>Two sizes of a batch with the same cost for each event differ only in what a flush costs beside its events, so the
 * larger one is the cheaper, as long as committing it takes no longer than it may. So an adaptive batch grows at once while a
 * flush takes less than half of that time, and up to nine tenths of it while two in a row leave a quarter; it shrinks in
 * proportion when two in a row took all of it, or one took half as much again. It is flushed when it is full, not when
 * the database happens to be free: a database that is faster than the source would otherwise be given crumbs, at a price
 * that source and projector pay, too. While a flush takes longer than folding the next batch, that one waits, full; and so
 * none is ever larger than what a flush time's work makes.
 */
final class BatchSizer {
    /** What adaptive batches begin with: a flush takes what it may at most, while a row takes no more than 20 µs. */
    private static final int FIRST = 10_000;
    /** Slowness alone does not bring adaptive batches below this; that is other than size's fault. */
    private static final int LEAST = 100;
    /** What share of the time that a flush may take growing aims at; larger batches take less for an event, so it is less. */
    private static final double AIM = 0.9;
    /** A size never grows more than that at once: the first flushes tell little of the next ones. */
    private static final double MOST_GROWTH = 10;
    /** Two flushes in a row within this share of the time say that there is room for more. */
    private static final double ROOM = 0.75;
    /** A single flush may be slow by chance, unless it took so many times what it may. */
    private static final double NO_CHANCE = 1.5;
    /** A batch is to be full by its events a little before it is by its bytes or rows: where it ends can be told then. */
    private static final double FIT = 0.98;
    /** What is a little more before stays what it is: only a batch of the size that is chosen tells of flush times. */
    private static final double LEAST_FIT = 0.96;
    /** After so many full flushes without trouble a size that was too large once may be tried again. */
    private static final int FORGIVEN_AFTER = 32;

    private final FlushPolicy configured;
    private final BatchSizing bounds;
    private final Strain strain = new Strain();
    private volatile FlushPolicy policy;
    /** What flush times allow; an adaptive size is no more than fits, either. */
    private int allowed;

    /** How many events like those of the last full batch fill one by bytes or rows, and a little less. */
    private int fits;

    private int ceiling;
    private int flushesAtCeiling;
    private boolean strained;
    /** What the full batch before took for an event; none yet at first. */
    private double lastNanosAnEvent = Double.NaN;

    BatchSizer(FlushPolicy configured) {
        this.configured = configured;
        this.bounds = configured.sizing();
        this.ceiling = bounds.maxEvents();
        this.fits = Integer.MAX_VALUE;
        this.allowed = bounds.isAdaptive() ? Math.min(FIRST, bounds.maxEvents()) : configured.batchSize();
        this.policy = configured.withBatchSize(allowed);
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

    /**
     * A batch takes no more. By events one is full where others that fold ahead expect it, by bytes or rows anywhere: what
     * was folded across that is folded once more. So an adaptive size is what the bytes and rows of the last full batch
     * would leave room for.
     */
    void closed(FlushReason reason, int events, long bytes, long rows) {
        if (bounds.isAdaptive() && (reason == FlushReason.SIZE || reason == FlushReason.BYTES)) {
            double times = Math.min(
                    (double) configured.maxBytes() / Math.max(1, bytes), (double) bounds.maxRows() / Math.max(1, rows));
            double most = times * events;
            if (fits >= most || fits < LEAST_FIT * most) {
                fits = (int) Math.max(1, FIT * most);
                choose(allowed);
            }
        }
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
        double limit = bounds.flushTime().toNanos();
        double nanosAnEvent = (double) Math.max(1, tookNanos) / events;
        double before = Double.isNaN(lastNanosAnEvent) ? nanosAnEvent : lastNanosAnEvent;
        double least = Math.min(before, nanosAnEvent);
        double most = Math.max(before, nanosAnEvent);
        lastNanosAnEvent = nanosAnEvent;
        if (tookNanos > NO_CHANCE * limit) {
            shrink(events, limit / nanosAnEvent);
        } else if (least * events > limit) {
            shrink(events, limit / least);
        } else if (tookNanos < limit / 2) {
            forgive();
            grow(Math.min(MOST_GROWTH * events, AIM * limit / nanosAnEvent));
        } else if (most * events < ROOM * limit) {
            grow(AIM * limit / most);
        }
    }

    private void shrink(int from, double size) {
        choose((int) Math.max(Math.min(LEAST, size()), Math.max(from / 2.0, size)));
    }

    private void grow(double size) {
        choose((int) Math.max(allowed, Math.min(ceiling, size)));
    }

    private void forgive() {
        if (allowed < ceiling || ceiling == bounds.maxEvents()) {
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
        allowed = size;
        int chosen = Math.min(size, fits);
        if (chosen != size()) {
            policy = policy.withBatchSize(chosen);
        }
    }
}
