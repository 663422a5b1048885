package io.millrace.service.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A report for a wiki or a pull request. */
final class MarkdownReport {
    private MarkdownReport() {}

    static String print(Report report) {
        List<String> lines = new ArrayList<>(List.of("# " + text(report.title()), ""));
        report.partial().ifPresent(reason -> lines.addAll(List.of("**Partial:** " + text(reason), "")));
        report.about().forEach(line -> lines.addAll(List.of(text(line), "")));
        for (Report.Section section : report.sections()) {
            lines.addAll(List.of("## " + text(section.title()), ""));
            addTable(section.table().shown(), lines);
            lines.add("");
            section.notes().forEach(note -> lines.add("- " + text(note)));
            if (!section.notes().isEmpty()) {
                lines.add("");
            }
        }
        return String.join("\n", lines).stripTrailing() + "\n";
    }

    private static void addTable(Table table, List<String> lines) {
        lines.add(row(table.columns().stream().map(Table.Column::title).toList()));
        lines.add(row(table.columns().stream()
                .map(column -> column.number() ? "---:" : "---")
                .toList()));
        table.rows()
                .forEach(cells -> lines.add(row(cells.stream().map(Cell::shown).toList())));
    }

    private static String row(List<String> cells) {
        return cells.stream().map(MarkdownReport::text).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Names come from users: none may open a cell or a tag. */
    private static String text(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
    }
}
