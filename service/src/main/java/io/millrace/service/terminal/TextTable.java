package io.millrace.service.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.text.WordUtils;

/** A table for people: columns as wide as what they hold, numbers to the right, no lines but the one beneath the head. */
public final class TextTable {
    private static final String GAP = " ".repeat(ColumnWidths.GAP);
    /** So many can still be read side by side. */
    private static final int FEW_ROWS = 3;
    /** Columns of words are not made narrower, as long as something else helps. */
    private static final int LEAST_OF_WORDS = 20;
    /** No column is made narrower. */
    private static final int LEAST = 4;

    private static final Pattern NUMBER = Pattern.compile("^[-+<]?[\\d.,]*\\d");

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private record Column(String title, boolean toTheRight) {}

    /** Adds a column of words. */
    public TextTable left(String title) {
        columns.add(new Column(title, false));
        return this;
    }

    /** Adds a column of numbers. */
    public TextTable right(String title) {
        columns.add(new Column(title, true));
        return this;
    }

    /** Adds a row, with one cell for each column; of each one line is made. */
    public TextTable row(List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException("expected " + columns.size() + " cells: cells=" + cells);
        }
        rows.add(cells.stream()
                .map(cell -> Printable.of(cell).replace('\n', ' ').replace('\t', ' '))
                .toList());
        return this;
    }

    /**
     * The lines, none wider than so many columns: words are broken onto several lines, then a few rows are turned into
     * columns, and many are continued beneath, with the first column again.
     */
    public List<String> lines(int columnsAtMost) {
        List<String> lines = lines();
        if (fits(lines, columnsAtMost)) {
            return lines;
        }
        ColumnWidths narrower = widths().narrowed(leastWidths(), columnsAtMost);
        if (narrower.total() <= columnsAtMost) {
            return lines(narrower);
        }
        List<String> turned = turned().lines();
        if (rows.size() <= FEW_ROWS && fits(turned, columnsAtMost)) {
            return turned;
        }
        return columns.size() <= 2
                ? lines(narrower.narrowed(ColumnWidths.all(columns.size(), LEAST), columnsAtMost))
                : pieces(columnsAtMost);
    }

    private static boolean fits(List<String> lines, int columnsAtMost) {
        return lines.stream().allMatch(line -> length(line) <= columnsAtMost);
    }

    private TextTable turned() {
        TextTable turned = new TextTable().left(columns.get(0).title());
        rows.forEach(row -> turned.right(row.get(0)));
        for (int i = 1; i < columns.size(); i++) {
            List<String> line = new ArrayList<>();
            line.add(columns.get(i).title());
            for (List<String> row : rows) {
                line.add(row.get(i));
            }
            turned.row(line);
        }
        return turned;
    }

    /** Tables that have as many of the columns as fit, one beneath the other. */
    private List<String> pieces(int columnsAtMost) {
        ColumnWidths least = leastWidths();
        List<String> lines = new ArrayList<>();
        int next = 1;
        while (next < columns.size()) {
            List<Integer> some = new ArrayList<>(List.of(0));
            do {
                some.add(next++);
            } while (next < columns.size() && least.total(some) + ColumnWidths.GAP + least.of(next) <= columnsAtMost);
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(only(some).lines(columnsAtMost));
        }
        return lines;
    }

    private TextTable only(List<Integer> some) {
        TextTable part = new TextTable();
        some.forEach(i -> part.columns.add(columns.get(i)));
        rows.forEach(row -> part.rows.add(some.stream().map(row::get).toList()));
        return part;
    }

    /** The lines, none with blanks at its end. */
    public List<String> lines() {
        return lines(widths());
    }

    private List<String> lines(ColumnWidths widths) {
        List<String> lines = new ArrayList<>();
        List<List<String>> titles = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            titles.add(broken(columns.get(i).title(), widths.of(i)));
        }
        int height = titles.stream().mapToInt(List::size).max().orElse(1);
        titles.forEach(title -> {
            while (title.size() < height) {
                title.add(0, "");
            }
        });
        addLines(titles, widths, lines);
        lines.add(widths.each().stream().map("-"::repeat).collect(Collectors.joining(GAP)));
        for (List<String> row : rows) {
            List<List<String>> cells = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                cells.add(broken(row.get(i), widths.of(i)));
            }
            addLines(cells, widths, lines);
        }
        return lines;
    }

    /** Cells beside each other, each of one or more lines. */
    private void addLines(List<List<String>> cells, ColumnWidths widths, List<String> lines) {
        int height = cells.stream().mapToInt(List::size).max().orElse(1);
        for (int at = 0; at < height; at++) {
            List<String> padded = new ArrayList<>();
            for (int i = 0; i < cells.size(); i++) {
                String text = at < cells.get(i).size() ? cells.get(i).get(at) : "";
                String pad = " ".repeat(widths.of(i) - length(text));
                padded.add(columns.get(i).toTheRight() ? pad + text : text + pad);
            }
            lines.add(String.join(GAP, padded).stripTrailing());
        }
    }

    private static List<String> broken(String text, int width) {
        return length(text) <= width
                ? new ArrayList<>(List.of(text))
                : WordUtils.wrap(text, width, "\n", true).lines().collect(Collectors.toCollection(ArrayList::new));
    }

    private ColumnWidths widths() {
        return new ColumnWidths(IntStream.range(0, columns.size())
                .mapToObj(i -> widest(cells(i), TextTable::length))
                .toList());
    }

    /** What columns need at least: words are broken between words, but not word by word; numbers stay in one piece. */
    private ColumnWidths leastWidths() {
        return new ColumnWidths(IntStream.range(0, columns.size())
                .mapToObj(i -> columns.get(i).toTheRight()
                        ? widest(cells(i), TextTable::unbreakable)
                        : Math.max(
                                widest(cells(i), TextTable::longestWord),
                                Math.min(LEAST_OF_WORDS, widest(cells(i), TextTable::length))))
                .toList());
    }

    private static int unbreakable(String cell) {
        return NUMBER.matcher(cell).find() ? length(cell) : longestWord(cell);
    }

    private static int longestWord(String cell) {
        return widest(Stream.of(cell.split(" ", -1)), TextTable::length);
    }

    private static int widest(Stream<String> texts, ToIntFunction<String> width) {
        return texts.mapToInt(width).max().orElse(0);
    }

    /** The title of a column and what is beneath. */
    private Stream<String> cells(int column) {
        return Stream.concat(
                Stream.of(columns.get(column).title()), rows.stream().map(row -> row.get(column)));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
