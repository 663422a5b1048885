package io.millrace.service.terminal;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * How far a task has come: a bar on a terminal, a plain line every few seconds where there is none. Safe for use by
 * several threads.
 */
public final class Progress implements AutoCloseable {
    private static final int REDRAW_MS = 100;
    private static final long LINE_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final String task;
    private final String unit;
    private final Console console;
    private final ProgressBar bar;
    private final long startedNanos = System.nanoTime();
    private final AtomicLong lastLineNanos = new AtomicLong(startedNanos);

    /**
     * Begins a task.
     *
     * @param task its name, padded by the caller where several stand beneath each other
     * @param total how many steps it has; -1 if unknown
     * @param unit what a step is, in the plural
     */
    public Progress(Console console, String task, long total, String unit) {
        this.console = console;
        this.task = task;
        this.unit = unit;
        this.bar = barOf(console, task, total);
    }

    private static ProgressBar barOf(Console console, String task, long total) {
        LiveLines lines = console.err();
        int line = lines.isLive() ? lines.open() : 0;
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setRenderer(new BarRenderer(console.kind().unicode()))
                .setUpdateIntervalMillis(lines.isLive() ? REDRAW_MS : Integer.MAX_VALUE)
                .setConsumer(new DelegatingProgressBarConsumer(
                        text -> lines.set(line, text), console.kind().columns() - 1))
                .build();
    }

    /** How many steps are done. */
    public void stepTo(long done) {
        bar.stepTo(done);
        if (!console.err().isLive()) {
            sayNowAndThen();
        }
    }

    public void stepBy(long more) {
        stepTo(bar.getCurrent() + more);
    }

    /** Learns how many steps there are. */
    public void total(long steps) {
        bar.maxHint(steps);
    }

    /** Says something behind the bar. */
    public void remark(String text) {
        bar.setExtraMessage(text);
    }

    private void sayNowAndThen() {
        long now = System.nanoTime();
        long last = lastLineNanos.get();
        if (now - last >= LINE_EVERY_NANOS && lastLineNanos.compareAndSet(last, now)) {
            console.err().println(line());
        }
    }

    private String line() {
        double seconds = Math.max(1e-3, (System.nanoTime() - startedNanos) / 1e9);
        String of = bar.getMax() > 0 && !bar.isIndefinite() ? String.format(Locale.ROOT, " of %,d", bar.getMax()) : "";
        String text = String.format(
                Locale.ROOT,
                "%s: %,d%s %s in %.1f s (%,.0f/s)",
                task.strip(),
                bar.getCurrent(),
                of,
                unit,
                seconds,
                bar.getCurrent() / seconds);
        String remark = bar.getExtraMessage();
        return remark == null || remark.isEmpty() ? text : text + ", " + remark;
    }

    /** Draws the bar a last time, or says the last line. */
    @Override
    public void close() {
        long done = bar.getCurrent();
        bar.refresh();
        bar.close();
        if (done > 0 && !console.err().isLive()) {
            console.err().println(line());
        }
    }
}
