package io.millrace.service.cost;

import java.util.Locale;

/** What a report is printed as. */
public enum ReportFormat {
    TEXT,
    MARKDOWN,
    CSV,
    JSON,
    HTML;

    /**
     * The report as text of this format, with a line end at its end.
     *
     * @param columns how wide a terminal is, for what is read there
     */
    public String print(Report report, int columns) {
        return switch (this) {
            case TEXT -> new TextReport(columns).print(report);
            case MARKDOWN -> MarkdownReport.print(report);
            case CSV -> CsvReport.print(report);
            case JSON -> JsonReport.print(report);
            case HTML -> HtmlReport.print(report);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
