package io.millrace.service.terminal;

import java.util.ArrayList;
import java.util.List;

/** A table for people: columns as wide as what they hold, numbers to the right, no lines but the one beneath the head. */
public final class TextTable {
    private static final String GAP = "  ";

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

    /** The lines; if they are wider than so many columns, the table is turned: a line per column of it. */
    public List<String> lines(int columnsAtMost) {
        List<String> lines = lines();
        boolean fits = lines.stream().allMatch(line -> length(line) <= columnsAtMost);
        return fits ? lines : turned().lines();
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

    /** The lines, none with blanks at its end. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::title).toList(), ' '));
        lines.add(line(columns.stream().map(column -> "").toList(), '-'));
        rows.forEach(row -> lines.add(line(row, ' ')));
        return lines;
    }

    private String line(List<String> cells, char padding) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            String pad = String.valueOf(padding).repeat(width(i) - length(cells.get(i)));
            padded.add(columns.get(i).toTheRight() ? pad + cells.get(i) : cells.get(i) + pad);
        }
        return String.join(GAP, padded).stripTrailing();
    }

    private int width(int column) {
        int title = length(columns.get(column).title());
        return rows.stream().mapToInt(row -> length(row.get(column))).reduce(title, Math::max);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
