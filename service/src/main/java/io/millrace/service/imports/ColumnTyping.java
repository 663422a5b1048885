package io.millrace.service.imports;

import java.util.Set;

/**
 * What becomes of a CSV field in JSON. By default a plain decimal number of at most 18 digits, written as JSON writes
 * it (no plus, no leading zeros, no exponent), is a number, an empty field is null, and anything else is a string: so
 * {@code 02134} and account numbers stay what they are.
 *
 * @param text columns that are strings whatever they look like; empty is the empty string
 * @param numbers columns that must be numbers, or empty
 */
public record ColumnTyping(Set<String> text, Set<String> numbers) {
    private static final int DIGITS_AT_MOST = 18;

    public static final ColumnTyping BY_LOOK = new ColumnTyping(Set.of(), Set.of());

    public ColumnTyping {
        text = Set.copyOf(text);
        numbers = Set.copyOf(numbers);
    }

    /** How one column is treated. */
    enum Treatment {
        BY_LOOK,
        TEXT,
        NUMBER
    }

    Treatment of(String column) {
        if (text.contains(column)) {
            return Treatment.TEXT;
        }
        return numbers.contains(column) ? Treatment.NUMBER : Treatment.BY_LOOK;
    }

    /** Whether the text is a plain decimal number as JSON writes it; by hand, as it is asked for every field. */
    static boolean looksLikeNumber(String field) {
        int start = field.startsWith("-") ? 1 : 0;
        int point = field.indexOf('.');
        int endOfWhole = point < 0 ? field.length() : point;
        boolean leadingZero = endOfWhole - start > 1 && field.charAt(start) == '0';
        return field.length() - start <= DIGITS_AT_MOST
                && !leadingZero
                && !field.equals("-0")
                && digits(field, start, endOfWhole)
                && (point < 0 || digits(field, point + 1, field.length()));
    }

    private static boolean digits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return to > from;
    }
}
