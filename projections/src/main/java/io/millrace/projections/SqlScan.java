package io.millrace.projections;

import java.util.Locale;

/**
 * One SQL statement, read as PostgreSQL's lexer does as far as quotes, dollar quotes and comments go.
 *
 * @param statement without comments and semicolons after it
 * @param keyword its first word, in capitals
 * @param placeholders how many {@code ?} it has, {@code ??} not counted
 */
record SqlScan(String statement, String keyword, int placeholders) {

    /** Throws {@link IllegalArgumentException} if it is not exactly one statement, or a quote or comment stays open. */
    static SqlScan of(String sql) {
        return new Scanner(Text.requireStorable(sql)).scan();
    }

    private static final class Scanner {
        private final String sql;
        private int at;
        private int begin = -1;
        private int end;
        private int placeholders;
        private boolean closed;

        Scanner(String sql) {
            this.sql = sql;
        }

        SqlScan scan() {
            while (at < sql.length()) {
                char c = sql.charAt(at);
                if (Character.isWhitespace(c)) {
                    at++;
                } else if (sql.startsWith("--", at)) {
                    int lineEnd = sql.indexOf('\n', at);
                    at = lineEnd < 0 ? sql.length() : lineEnd + 1;
                } else if (sql.startsWith("/*", at)) {
                    blockComment();
                } else if (c == ';') {
                    closed = begin >= 0;
                    at++;
                } else {
                    significant(c);
                }
            }
            if (begin < 0) {
                throw invalid("expected a statement, and there is none");
            }
            return new SqlScan(sql.substring(begin, end), keyword(), placeholders);
        }

        private void significant(char c) {
            if (closed) {
                throw invalid("expected one statement, and there is more after the semicolon; call execute once for"
                        + " each");
            }
            if (begin < 0) {
                begin = at;
            }
            switch (c) {
                case '\'' -> quoted('\'', escapesWithBackslash());
                case '"' -> quoted('"', false);
                case '$' -> dollar();
                case '?' -> placeholder();
                default -> at++;
            }
            end = at;
        }

        private void placeholder() {
            boolean operator = sql.startsWith("??", at);
            placeholders += operator ? 0 : 1;
            at += operator ? 2 : 1;
        }

        /** Whether the quote at hand opens a text like E'…'. */
        private boolean escapesWithBackslash() {
            return at > 0 && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e') && !isWordPart(at - 2);
        }

        private void quoted(char quote, boolean backslash) {
            for (at++; at < sql.length(); at++) {
                char c = sql.charAt(at);
                if (c == '\\' && backslash) {
                    at++;
                } else if (c == quote) {
                    at++;
                    if (at >= sql.length() || sql.charAt(at) != quote) {
                        return;
                    }
                }
            }
            throw invalid("expected an end of what is quoted with " + quote);
        }

        /** A dollar quote, or a dollar within a name. A parameter such as $1 is not JDBC's. */
        private void dollar() {
            if (isWordPart(at - 1)) {
                at++;
                return;
            }
            int close = at + 1;
            while (close < sql.length() && sql.charAt(close) != '$' && isWordPart(close)) {
                close++;
            }
            boolean numbered = close > at + 1 && Character.isDigit(sql.charAt(at + 1));
            if (numbered || close >= sql.length() || sql.charAt(close) != '$') {
                throw invalid("expected ? for parameters, and no $ outside of quotes");
            }
            String tag = sql.substring(at, close + 1);
            int last = sql.indexOf(tag, close + 1);
            if (last < 0) {
                throw invalid("expected an end of what is quoted with " + tag);
            }
            at = last + tag.length();
        }

        private void blockComment() {
            int depth = 0;
            do {
                if (sql.startsWith("/*", at)) {
                    depth++;
                    at += 2;
                } else if (sql.startsWith("*/", at)) {
                    depth--;
                    at += 2;
                } else {
                    at++;
                }
                if (at >= sql.length() && depth > 0) {
                    throw invalid("expected an end of the comment /*");
                }
            } while (depth > 0);
        }

        private boolean isWordPart(int index) {
            return index >= 0
                    && (Character.isLetterOrDigit(sql.charAt(index))
                            || sql.charAt(index) == '_'
                            || sql.charAt(index) == '$');
        }

        private String keyword() {
            int wordEnd = begin;
            while (wordEnd < end && Character.isLetter(sql.charAt(wordEnd))) {
                wordEnd++;
            }
            return sql.substring(begin, wordEnd).toUpperCase(Locale.ROOT);
        }

        private IllegalArgumentException invalid(String problem) {
            return new IllegalArgumentException(problem + ": sql=" + sql);
        }
    }
}
