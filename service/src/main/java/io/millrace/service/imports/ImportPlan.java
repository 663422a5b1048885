package io.millrace.service.imports;

import java.util.Objects;

/**
 * What becomes of the rows of a file.
 *
 * @param type the events' type
 * @param stream the stream that an event goes to
 * @param separator between CSV fields
 * @param window how many rows are under way at once, at most: within a stream the order of the file is always kept,
 *     over all streams up to this many rows; 1 keeps the file's order exactly
 * @param resume whether to go on after an import that was cut short
 */
public record ImportPlan(
        Template type, Template stream, char separator, ColumnTyping typing, int window, boolean resume) {
    public ImportPlan {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(typing, "typing");
        if (window < 1) {
            throw new IllegalArgumentException("expected a window of at least 1 row: window=" + window);
        }
    }
}
