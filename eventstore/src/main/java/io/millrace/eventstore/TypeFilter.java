package io.millrace.eventstore;

import java.util.Collection;
import java.util.stream.Collectors;

/** Writes the regular expression that lets exactly these event types pass, on the server's engine as on Java's. */
final class TypeFilter {
    private static final String SPECIAL = "\\^$.|?*+()[]{}#";

    private TypeFilter() {}

    /**
     * {@code ^(?:a|b)\z}, special characters escaped one by one: the real server's expressions are .NET's, which know no
     * {@code \Q…\E}. {@code \z} and not {@code $}: that one also matches before a newline at the end.
     *
     * @throws IllegalArgumentException for a name that UTF-8 cannot hold
     */
    static String exactly(Collection<String> types) {
        return types.stream().sorted().map(TypeFilter::escape).collect(Collectors.joining("|", "^(?:", ")\\z"));
    }

    private static String escape(String type) {
        StringBuilder escaped = new StringBuilder(type.length() + 8);
        type.codePoints().forEach(c -> {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("expected an event type without lone surrogates: type=" + type);
            }
            if (SPECIAL.indexOf(c) >= 0) {
                escaped.append('\\');
            }
            escaped.appendCodePoint(c);
        });
        return escaped.toString();
    }
}
