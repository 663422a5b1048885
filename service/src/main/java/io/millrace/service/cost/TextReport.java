package io.millrace.service.cost;

import io.millrace.service.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.text.WordUtils;

/** A report for a terminal. */
final class TextReport {
    private static final String INDENT = "  ";
    /** A blank at which no line ends. */
    private static final String KEPT = "\u00a0";

    private final int columns;

    TextReport(int columns) {
        this.columns = columns;
    }

    String print(Report report) {
        List<String> lines = new ArrayList<>();
        report.partial().ifPresent(reason -> wrap("PARTIAL: " + reason, lines));
        wrap(report.title(), lines);
        report.about().forEach(line -> wrap(line, lines));
        for (Report.Section section : report.sections()) {
            lines.add("");
            wrap(section.title(), lines);
            lines.add("");
            lines.addAll(table(section.table().shown()).lines(columns));
            if (!section.notes().isEmpty()) {
                lines.add("");
                section.notes().forEach(note -> wrap(note, lines));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static TextTable table(Table table) {
        TextTable text = new TextTable();
        for (Table.Column column : table.columns()) {
            if (column.number()) {
                text.right(column.title());
            } else {
                text.left(column.title());
            }
        }
        table.rows().forEach(row -> text.row(row.stream().map(Cell::shown).toList()));
        return text;
    }

    private void wrap(String text, List<String> lines) {
        List<String> wrapped = WordUtils.wrap(text.replace(" %", KEPT + "%"), columns - INDENT.length(), "\n", true)
                .replace(KEPT, " ")
                .lines()
                .toList();
        for (int i = 0; i < wrapped.size(); i++) {
            lines.add(i == 0 ? wrapped.get(i) : INDENT + wrapped.get(i));
        }
    }
}
