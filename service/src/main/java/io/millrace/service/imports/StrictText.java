package io.millrace.service.imports;

/** Refuses text that is not what the file's author meant. */
final class StrictText {
    /** What the decoder puts where bytes are not UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private StrictText() {}

    static void check(String text, long line, String where) {
        if (text.indexOf(REPLACEMENT) >= 0) {
            throw new BadLineException(line, "`" + where + "` is not UTF-8");
        }
    }
}
