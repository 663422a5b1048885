package io.millrace.service.cost;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;

/** The first table of a report, for a spreadsheet: its column names, and a line per row. */
final class CsvReport {
    private CsvReport() {}

    static String print(Report report) {
        StringWriter text = new StringWriter();
        Table table = report.sections().get(0).table();
        try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            csv.writeRecord(table.columns().stream().map(Table.Column::key).toArray(String[]::new));
            table.rows()
                    .forEach(row ->
                            csv.writeRecord(row.stream().map(CsvReport::value).toArray(String[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException("expected a table that can be written as CSV", e);
        }
        return text.toString();
    }

    private static String value(Cell cell) {
        if (cell.value() == null) {
            return "";
        }
        return cell.value() instanceof BigDecimal number
                ? number.toPlainString()
                : cell.value().toString();
    }
}
