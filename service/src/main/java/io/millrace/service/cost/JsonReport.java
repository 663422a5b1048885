package io.millrace.service.cost;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report for machines: one JSON object, with an array of rows per section, and what is said of each. */
final class JsonReport {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private JsonReport() {}

    static String print(Report report) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>(report.facts());
        document.put("partial", report.partial().isPresent());
        report.partial().ifPresent(reason -> document.put("partialBecause", reason));
        report.sections().forEach(section -> document.put(section.key(), rows(section.table())));
        Map<String, List<String>> notes = new LinkedHashMap<>();
        report.sections().forEach(section -> notes.put(section.key(), section.notes()));
        document.put("about", report.about());
        document.put("notes", notes);
        return write(document) + "\n";
    }

    private static List<Map<String, @Nullable Object>> rows(Table table) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (List<Cell> cells : table.rows()) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(table.columns().get(i).key(), cells.get(i).value());
            }
            rows.add(row);
        }
        return rows;
    }

    static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("expected values that can be written as JSON: " + value, e);
        }
    }
}
