package io.millrace.service.terminal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines at the bottom of a terminal that are drawn anew in place, beneath ordinary lines that scroll away above them.
 * Where there is no terminal only the ordinary lines are written. Safe for use by several threads.
 */
public final class LiveLines {
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintWriter writer;
    private final boolean live;
    private final List<String> lines = new ArrayList<>();
    private int drawn;

    LiveLines(PrintWriter writer, boolean live) {
        this.writer = writer;
        this.live = live;
    }

    public boolean isLive() {
        return live;
    }

    /** Writes an ordinary line, above the live ones, as text: the terminal obeys nothing in it. */
    public synchronized void println(String line) {
        clear();
        writer.println(Printable.of(line));
        draw();
    }

    /** Writes a question and leaves the cursor behind it; the live lines are gone. */
    synchronized void ask(String question) {
        clear();
        lines.clear();
        writer.print(Printable.of(question));
        writer.flush();
    }

    /** Opens a new live line at the bottom; returns its number. */
    synchronized int open() {
        lines.add("");
        return lines.size() - 1;
    }

    /** Says anew what a live line holds. It must fit the terminal's width. */
    synchronized void set(int line, String text) {
        if (live && line < lines.size()) {
            lines.set(line, text);
            clear();
            draw();
        }
    }

    /** Replaces all live lines; each must fit the terminal's width. */
    public synchronized void show(List<String> block) {
        clear();
        lines.clear();
        lines.addAll(block);
        draw();
    }

    /** The live lines stay as they are, and scroll away like ordinary ones from now on. */
    public synchronized void settle() {
        lines.clear();
        drawn = 0;
    }

    /** The live lines go away. */
    public synchronized void discard() {
        clear();
        lines.clear();
        writer.flush();
    }

    private void clear() {
        if (drawn > 0) {
            writer.print("\u001b[" + drawn + "A\r" + CLEAR_BELOW);
            drawn = 0;
        }
    }

    private void draw() {
        if (live) {
            lines.forEach(writer::println);
            drawn = lines.size();
        }
        writer.flush();
    }
}
