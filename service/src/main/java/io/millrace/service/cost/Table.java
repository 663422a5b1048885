package io.millrace.service.cost;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of a report. Immutable.
 *
 * @param columns those with a title are shown to people; all are in JSON and CSV
 */
public record Table(List<Column> columns, List<List<Cell>> rows) {
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<Cell> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("expected " + columns.size() + " cells: cells=" + row);
            }
        }
    }

    /**
     * A column.
     *
     * @param key what machines call it
     * @param title what people call it; empty if it is not shown to them
     */
    public record Column(String key, String title, boolean number) {
        static Column words(String key, String title) {
            return new Column(key, title, false);
        }

        static Column number(String key, String title) {
            return new Column(key, title, true);
        }

        /** For machines only. */
        static Column hidden(String key) {
            return new Column(key, "", false);
        }
    }

    /** The columns that people see, and their cells. */
    Table shown() {
        List<Column> kept =
                columns.stream().filter(column -> !column.title().isEmpty()).toList();
        List<List<Cell>> keptRows = new ArrayList<>();
        for (List<Cell> row : rows) {
            List<Cell> cells = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                if (!columns.get(i).title().isEmpty()) {
                    cells.add(row.get(i));
                }
            }
            keptRows.add(cells);
        }
        return new Table(kept, keptRows);
    }
}
