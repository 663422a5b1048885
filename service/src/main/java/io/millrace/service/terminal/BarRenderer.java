package io.millrace.service.terminal;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;

/** Draws a bar whose parts stand beneath those of other bars: name, bar, per cent, how many of how many, how fast. */
final class BarRenderer implements ProgressBarRenderer {
    private static final int BAR_AT_LEAST = 5;
    private static final int WIDE = 79;
    private static final String EIGHTHS = "▏▎▍▌▋▊▉█";

    private final boolean unicode;

    BarRenderer(boolean unicode) {
        this.unicode = unicode;
    }

    @Override
    public String render(ProgressState state, int columns) {
        long done = state.getCurrent();
        boolean known = !state.isIndefinite();
        double fraction = known ? Math.min(1.0, (double) done / Math.max(1, state.getMax())) : 0;
        String count = known ? grouped(done) + " / " + grouped(state.getMax()) : grouped(done);
        String percent = String.format(" %4s", known ? percent(fraction) : "");
        String whole = String.format(Locale.ROOT, "%s %23s %11s", percent, count, rate(state));
        String numbers = columns >= WIDE ? whole : percent + " " + count;
        int width = columns - state.getTaskName().length() - 1 - numbers.length();
        String bar = width < BAR_AT_LEAST ? "" : bar(fraction, width);
        String line = state.getTaskName() + " " + bar + numbers;
        return line.length() > columns ? line.substring(0, columns) : line;
    }

    private String bar(double fraction, int width) {
        int eighths = (int) Math.floor(fraction * width * EIGHTHS.length());
        int full = eighths / EIGHTHS.length();
        int rest = eighths % EIGHTHS.length();
        String bar =
                unicode ? "█".repeat(full) + (rest > 0 ? EIGHTHS.substring(rest - 1, rest) : "") : "#".repeat(full);
        return bar + (unicode ? "·" : ".").repeat(width - bar.length());
    }

    private static String percent(double fraction) {
        return (int) Math.floor(fraction * 100) + "%";
    }

    private static String rate(ProgressState state) {
        double seconds = state.getElapsedAfterStart().toMillis() / 1e3;
        return seconds < 0.5 ? "" : String.format(Locale.ROOT, "%,.0f/s", state.getCurrent() / seconds);
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
