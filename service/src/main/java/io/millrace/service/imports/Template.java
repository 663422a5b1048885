package io.millrace.service.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with columns in it: {@code flight-{origin}}. A row without a value in one of these columns is a bad row.
 */
public final class Template {
    private static final Pattern COLUMN = Pattern.compile("\\{([^{}]+)}");

    private final String text;
    private final List<String> literals = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();

    public Template(String text) {
        this.text = text;
        Matcher matcher = COLUMN.matcher(text);
        int end = 0;
        while (matcher.find()) {
            addLiteral(text.substring(end, matcher.start()));
            columns.add(matcher.group(1));
            end = matcher.end();
        }
        addLiteral(text.substring(end));
        if (text.isBlank()) {
            throw new IllegalArgumentException("expected a name, e.g. flight-{origin}: template=" + text);
        }
    }

    private void addLiteral(String literal) {
        if (literal.contains("{") || literal.contains("}")) {
            throw new IllegalArgumentException(
                    "expected columns in pairs of braces, e.g. flight-{origin}: template=" + text);
        }
        literals.add(literal);
    }

    String fillIn(Row row) {
        StringBuilder filled = new StringBuilder(literals.get(0));
        for (int i = 0; i < columns.size(); i++) {
            filled.append(value(row, columns.get(i))).append(literals.get(i + 1));
        }
        return filled.toString();
    }

    private String value(Row row, String column) {
        Optional<String> value = row.columns().apply(column);
        return value.filter(field -> !field.isEmpty())
                .orElseThrow(() -> new BadLineException(
                        row.line(), "no value in column `" + column + "`, which `" + text + "` needs"));
    }

    @Override
    public String toString() {
        return text;
    }
}
