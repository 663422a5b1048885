package io.millrace.service.terminal;

import java.util.Locale;

/**
 * Text that a terminal shows and does not obey. Names and values come from events and configurations: what could move
 * the cursor, clear the screen, set a title or turn the direction of writing is shown as {@code \}{@code u001b}.
 */
final class Printable {
    private static final String TURNS_DIRECTION = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    private Printable() {}

    /** Lines stay lines, tabs stay tabs. */
    static String of(String text) {
        if (text.chars().noneMatch(Printable::isObeyed)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> {
            if (isObeyed(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.append((char) c);
            }
        });
        return shown.toString();
    }

    private static boolean isObeyed(int c) {
        return (Character.isISOControl(c) && c != '\n' && c != '\t') || TURNS_DIRECTION.indexOf(c) >= 0;
    }
}
