package io.millrace.service.imports;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows of a CSV file whose first line names the columns. */
final class CsvRows implements Rows {
    private static final int TYPICAL_LENGTH = 128;
    private static final JsonFactory JSON = new JsonFactory();

    private final CloseableIterator<CsvRecord> records;
    private final List<String> header;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<ColumnTyping.Treatment> treatments = new ArrayList<>();
    private long lastLine = 1;
    private long rows;

    CsvRows(Reader text, char separator, ColumnTyping typing) {
        CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(separator)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .ofCsvRecord(text);
        this.records = reader.iterator();
        this.header = header();
        for (String column : header) {
            if (indexes.putIfAbsent(column, indexes.size()) != null) {
                throw new BadLineException(1, "two columns have the name `" + column + "`");
            }
            treatments.add(typing.of(column));
        }
        List<String> unknown = new ArrayList<>(typing.text());
        unknown.addAll(typing.numbers());
        unknown.removeAll(header);
        if (!unknown.isEmpty()) {
            throw new BadLineException(1, "there is no column `" + unknown.get(0) + "`; there are " + header);
        }
    }

    private List<String> header() {
        return record().map(CsvRecord::getFields)
                .orElseThrow(() -> new BadLineException(1, "the file is empty; its first line must name the columns"));
    }

    private Optional<CsvRecord> record() {
        try {
            if (!records.hasNext()) {
                return Optional.empty();
            }
            CsvRecord record = records.next();
            lastLine = record.getStartingLineNumber();
            return Optional.of(record);
        } catch (CsvParseException e) {
            throw new BadLineException(lastLine + 1, "not well-formed CSV: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Row> next() {
        return record().map(this::row);
    }

    private Row row(CsvRecord record) {
        long line = record.getStartingLineNumber();
        List<String> fields = record.getFields();
        if (fields.size() != header.size()) {
            throw new BadLineException(
                    line, "expected " + header.size() + " fields as in the header: fields=" + fields.size());
        }
        rows++;
        return new Row(
                rows, line, column -> Optional.ofNullable(indexes.get(column)).map(fields::get), json(fields, line));
    }

    private String json(List<String> fields, long line) {
        StringWriter text = new StringWriter(TYPICAL_LENGTH);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (int i = 0; i < fields.size(); i++) {
                json.writeFieldName(header.get(i));
                write(json, fields.get(i), i, line);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a row cannot be written as JSON", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, String field, int column, long line) throws IOException {
        StrictText.check(field, line, header.get(column));
        switch (treatments.get(column)) {
            case TEXT -> json.writeString(field);
            case NUMBER -> writeNumber(json, field, header.get(column), line);
            case BY_LOOK -> {
                if (field.isEmpty()) {
                    json.writeNull();
                } else if (ColumnTyping.looksLikeNumber(field)) {
                    json.writeNumber(field);
                } else {
                    json.writeString(field);
                }
            }
        }
    }

    private static void writeNumber(JsonGenerator json, String field, String column, long line) throws IOException {
        if (field.isEmpty()) {
            json.writeNull();
            return;
        }
        try {
            json.writeNumber(new java.math.BigDecimal(field));
        } catch (NumberFormatException e) {
            throw new BadLineException(line, "`" + column + "` must be a number: " + column + "=" + field, e);
        }
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
