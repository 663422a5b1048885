package io.millrace.projections;

import java.util.Set;

/** The names of tables and columns, as PostgreSQL takes them between quotes. */
final class Identifiers {
    /** PostgreSQL cuts off what is longer (NAMEDATALEN - 1). */
    static final int MAX_BYTES = 63;

    /** Every table has these already. */
    private static final Set<String> SYSTEM_COLUMNS = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private Identifiers() {}

    static void requireValid(String where, String what, String name) {
        if (name.isEmpty()) {
            throw new InvalidProjectionException(where + ": expected a name for the " + what + ": name=\"\"");
        }
        try {
            Text.requireStorable(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidProjectionException(where + ": the name of the " + what + ": " + e.getMessage(), e);
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidProjectionException(where + ": expected a name without control characters for the " + what
                    + ": name=" + Text.printable(name) + ". Choose another");
        }
        if (Text.utf8Length(name) > MAX_BYTES) {
            throw new InvalidProjectionException(where + ": expected a name of at most " + MAX_BYTES + " bytes for the "
                    + what + ", as PostgreSQL cuts off the rest: name=" + name + ". Shorten it");
        }
    }

    static void requireColumn(String where, String name) {
        requireValid(where, "column", name);
        if (SYSTEM_COLUMNS.contains(name)) {
            throw new InvalidProjectionException(where + ": expected a column name that PostgreSQL does not use itself:"
                    + " name=" + name + ". Choose another");
        }
    }

    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
