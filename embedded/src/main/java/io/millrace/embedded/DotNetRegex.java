package io.millrace.embedded;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions as the real server's .NET reads them: what only Java knows is refused. */
final class DotNetRegex {
    /** Each escape, with those that .NET has not: quotation, Java's classes, properties other than category and block. */
    private static final Pattern ESCAPE =
            Pattern.compile("\\\\(?:(?<unknown>[QEhHRVXN]|x\\{|[pP](?!\\{(?:Is\\w+|[A-Z][a-z]?)}))|.)", Pattern.DOTALL);

    /** A character class without escapes, one level of nesting included. */
    private static final Pattern CHARACTER_CLASS = Pattern.compile("\\[\\^?]?(?:\\[[^]]*]|[^]\\[])*]");

    private static final Pattern POSSESSIVE = Pattern.compile("(?:[*+?]|\\{\\d+(?:,\\d*)?})\\+");
    private static final Pattern UNKNOWN_FLAG = Pattern.compile("\\(\\?[a-zA-Z-]*[duU][a-zA-Z-]*[:)]");

    private DotNetRegex() {}

    static Predicate<String> compile(String regex) {
        if (isJavaOnly(regex)) {
            throw Refusals.handlerThrew();
        }
        try {
            return Pattern.compile(regex).asPredicate();
        } catch (PatternSyntaxException invalid) {
            throw Refusals.handlerThrew();
        }
    }

    private static boolean isJavaOnly(String regex) {
        Matcher escape = ESCAPE.matcher(regex);
        while (escape.find()) {
            if (escape.group("unknown") != null) {
                return true;
            }
        }
        // What is left, with a letter for each escape and class, is quantifiers and groups.
        String escaped = escape.reset().replaceAll("a");
        String plain = CHARACTER_CLASS.matcher(escaped).replaceAll("a");
        return POSSESSIVE.matcher(plain).find() || UNKNOWN_FLAG.matcher(plain).find();
    }
}
