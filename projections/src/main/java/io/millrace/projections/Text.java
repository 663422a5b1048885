package io.millrace.projections;

import java.util.Locale;

/** What PostgreSQL can keep as text. */
final class Text {
    private Text() {}

    /** Returns the text, or throws if it holds a NUL or half a surrogate pair: no UTF-8 text of PostgreSQL can. */
    static String requireStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("expected text without NUL characters: there is one at index " + i);
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException(
                            "expected well-formed text: there is half a surrogate pair at index " + i);
                }
                i++;
            }
        }
        return text;
    }

    /** The text with its control characters shown as {@code \}{@code u000a}: it can begin no line of its own. */
    static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> {
            if (Character.isISOControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.append((char) c);
            }
        });
        return shown.toString();
    }

    /** How many bytes it has in UTF-8; for well-formed text. */
    static int utf8Length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
