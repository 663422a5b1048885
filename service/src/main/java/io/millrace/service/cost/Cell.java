package io.millrace.service.cost;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One cell of a table.
 *
 * @param value what machines read: a string, number or boolean; null for what is not there
 * @param shown what people read
 */
public record Cell(@Nullable Object value, String shown) {

    static Cell text(String text) {
        return new Cell(text, text);
    }

    /** A number to reckon with further, in all its digits and without separators. */
    static Cell exact(BigDecimal number) {
        return new Cell(number, number.toPlainString());
    }

    static Cell exact(long number) {
        return new Cell(number, Long.toString(number));
    }

    static Cell count(long number) {
        return new Cell(number, String.format(Locale.ROOT, "%,d", number));
    }

    /** Something that isn't there, and how that is said. */
    static Cell none(String shown) {
        return new Cell(null, shown);
    }
}
