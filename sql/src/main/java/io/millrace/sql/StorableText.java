package io.millrace.sql;

/** Text as PostgreSQL can keep it: without NUL, and without half a surrogate pair. */
final class StorableText {
    private StorableText() {}

    /** Written so that {@link #restored} finds it again: a NUL becomes {@code \0}, a backslash two. */
    static String reversibly(String text) {
        return text.replace("\\", "\\\\").replace("\0", "\\0");
    }

    static String restored(String stored) {
        if (stored.indexOf('\\') < 0) {
            return stored;
        }
        StringBuilder text = new StringBuilder(stored.length());
        for (int i = 0; i < stored.length(); i++) {
            char c = stored.charAt(i);
            text.append(c == '\\' && stored.charAt(++i) == '0' ? '\0' : c);
        }
        return text.toString();
    }

    /** For people to read. */
    static String readably(String text) {
        StringBuilder readable = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> readable.append(
                        c == 0 ? "\\0" : c >= 0xD800 && c <= 0xDFFF ? "\uFFFD" : Character.toString(c)));
        return readable.toString();
    }
}
