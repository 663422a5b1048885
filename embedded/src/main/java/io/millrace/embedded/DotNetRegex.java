package io.millrace.embedded;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions as the real server's .NET reads them: what only Java knows is refused. */
final class DotNetRegex {
    /** Quotation, and quantifiers that are possessive; an escaped backslash or quantifier before them is passed over. */
    private static final Pattern JAVA_ONLY = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*(?:\\\\[QERhHvVX]|[*+?}]\\+)");

    private DotNetRegex() {}

    static Predicate<String> compile(String regex) {
        if (JAVA_ONLY.matcher(regex).find()) {
            throw Refusals.handlerThrew();
        }
        try {
            return Pattern.compile(regex).asPredicate();
        } catch (PatternSyntaxException invalid) {
            throw Refusals.handlerThrew();
        }
    }
}
