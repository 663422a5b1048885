package io.millrace.service.cost;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The first table of a report, for a spreadsheet: its column names, and a line per row. Tables that tell of the same
 * rows stand beside it, their columns named after them. The last column says whether the report tells of a part only.
 */
final class CsvReport {
    private CsvReport() {}

    static String print(Report report) {
        StringWriter text = new StringWriter();
        Table first = report.sections().get(0).table();
        List<Report.Section> beside = report.sections().stream()
                .skip(1)
                .filter(section -> tellsOfTheSameRows(first, section.table()))
                .toList();
        try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            csv.writeRecord(names(first, beside));
            for (int row = 0; row < first.rows().size(); row++) {
                csv.writeRecord(values(first, beside, row, report.partial().isPresent()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("expected a table that can be written as CSV", e);
        }
        return text.toString();
    }

    private static boolean tellsOfTheSameRows(Table first, Table other) {
        return rows(first).equals(rows(other))
                && first.columns().get(0).key().equals(other.columns().get(0).key());
    }

    private static List<String> rows(Table table) {
        return table.rows().stream().map(row -> value(row.get(0))).toList();
    }

    private static List<String> names(Table first, List<Report.Section> beside) {
        List<String> names = new ArrayList<>();
        first.columns().forEach(column -> names.add(column.key()));
        for (Report.Section section : beside) {
            added(first, section.table())
                    .mapToObj(section.table().columns()::get)
                    .forEach(column -> names.add(section.key() + "." + column.key()));
        }
        names.add("partial");
        return names;
    }

    private static List<String> values(Table first, List<Report.Section> beside, int row, boolean partial) {
        List<String> values = new ArrayList<>();
        first.rows().get(row).forEach(cell -> values.add(value(cell)));
        for (Report.Section section : beside) {
            added(first, section.table())
                    .mapToObj(section.table().rows().get(row)::get)
                    .forEach(cell -> values.add(value(cell)));
        }
        values.add(Boolean.toString(partial));
        return values;
    }

    /** Which columns of another table say something that the first does not: not the two that rows are named by. */
    private static IntStream added(Table first, Table other) {
        return IntStream.range(0, other.columns().size())
                .filter(i -> i > 1
                        || !first.columns()
                                .get(i)
                                .key()
                                .equals(other.columns().get(i).key()));
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
