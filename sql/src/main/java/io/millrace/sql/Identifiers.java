package io.millrace.sql;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Collectors;

/** Names and texts as SQL takes them: always quoted, whatever they hold. */
final class Identifiers {
    /** PostgreSQL cuts longer names off without an error (NAMEDATALEN - 1), so that two of them could become one. */
    private static final int MAX_BYTES = 63;

    private Identifiers() {}

    /** A name in double quotes. */
    static String quoted(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_BYTES || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("expected a name of 1 to " + MAX_BYTES
                    + " bytes in UTF-8 without control characters: name=" + name + " (" + bytes + " bytes)");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String quoted(String schema, String table) {
        return quoted(schema) + '.' + quoted(table);
    }

    static String quotedList(Collection<String> names) {
        return names.stream().map(Identifiers::quoted).collect(Collectors.joining(", "));
    }

    /** A text in single quotes; it means the same whatever {@code standard_conforming_strings} is set to. */
    static String literal(String text) {
        String quoted = '\'' + text.replace("'", "''") + '\'';
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }
}
