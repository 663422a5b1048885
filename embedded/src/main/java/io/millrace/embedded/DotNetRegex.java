package io.millrace.embedded;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as the real server's .NET reads them: what only Java knows is refused, what means something else in
 * Java (braces that are no quantifier, brackets within a class, classes without another class) is written for Java.
 */
final class DotNetRegex {
    /** Escapes that .NET has not: quotation, Java's classes, properties other than category and block. */
    private static final Pattern UNKNOWN_ESCAPE =
            Pattern.compile("\\\\(?:[QEhHRVXN_]|x\\{|[pP](?!\\{(?:Is\\w+|[A-Z][a-z]?)})).*", Pattern.DOTALL);

    private static final Pattern QUANTIFIER = Pattern.compile("[*+?]|\\{\\d+(?:,\\d*)?}");
    private static final Pattern GROUP = Pattern.compile("\\((?:\\?(?:[=!:>]|<[=!]|<\\w+>|(?<flags>[a-zA-Z-]*)[:)]))?");
    private static final Pattern COMMENT = Pattern.compile("\\(\\?#[^)]*\\)");
    private static final Pattern CAPTURE = Pattern.compile("\\\\.|\\((?<captures>(?!\\?)|\\?<\\w+>)", Pattern.DOTALL);
    private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE;

    private final String regex;
    private final StringBuilder java = new StringBuilder();
    private int at;
    private Last last = Last.NOTHING;

    /** What a quantifier would repeat. */
    private enum Last {
        NOTHING,
        ATOM,
        QUANTIFIER,
        LAZY
    }

    private DotNetRegex(String regex) {
        this.regex = regex;
    }

    static Predicate<String> compile(String regex) {
        try {
            return Pattern.compile(new DotNetRegex(regex).translate(), FLAGS).asPredicate();
        } catch (PatternSyntaxException invalid) {
            throw Refusals.handlerThrew();
        }
    }

    private String translate() {
        while (at < regex.length()) {
            char next = regex.charAt(at);
            if (next == '\\') {
                escape();
                last = Last.ATOM;
            } else if (next == '[') {
                java.append(characterClass());
                last = Last.ATOM;
            } else if (next == '(') {
                group();
            } else if (looksAt(QUANTIFIER).lookingAt()) {
                quantifier();
            } else {
                java.append(next == '{' ? "\\{" : String.valueOf(next));
                last = next == '|' ? Last.NOTHING : Last.ATOM;
                at++;
            }
        }
        return java.toString();
    }

    private Matcher looksAt(Pattern pattern) {
        return pattern.matcher(regex).region(at, regex.length());
    }

    private void escape() {
        boolean isGroup = at + 1 < regex.length() && regex.charAt(at + 1) >= '1' && regex.charAt(at + 1) <= '9';
        if (looksAt(UNKNOWN_ESCAPE).lookingAt() || (isGroup && regex.charAt(at + 1) - '0' > captures())) {
            throw Refusals.handlerThrew();
        }
        boolean isProperty = at + 1 < regex.length() && "pP".indexOf(regex.charAt(at + 1)) >= 0;
        int end = isProperty ? regex.indexOf('}', at) + 1 : Math.min(at + 2, regex.length());
        java.append(regex, at, end);
        at = end;
    }

    private long captures() {
        return CAPTURE.matcher(regex)
                .results()
                .filter(found -> found.group(1) != null)
                .count();
    }

    private void group() {
        Matcher comment = looksAt(COMMENT);
        if (comment.lookingAt()) {
            at = comment.end();
            return;
        }
        Matcher group = looksAt(GROUP);
        boolean isKnown = group.lookingAt();
        String flags = isKnown ? group.group("flags") : null;
        if (flags != null && flags.chars().anyMatch(flag -> "duU".indexOf(flag) >= 0)) {
            throw Refusals.handlerThrew();
        }
        java.append(isKnown ? group.group() : "(");
        at += isKnown ? group.end() - at : 1;
        last = Last.NOTHING;
    }

    private void quantifier() {
        Matcher quantifier = looksAt(QUANTIFIER);
        quantifier.lookingAt();
        boolean isLazy = last == Last.QUANTIFIER && quantifier.group().equals("?");
        if (last != Last.ATOM && !isLazy) {
            throw Refusals.handlerThrew();
        }
        java.append(quantifier.group());
        at = quantifier.end();
        last = isLazy ? Last.LAZY : Last.QUANTIFIER;
    }

    /** A class as Java has it; {@code [a-z-[aeiou]]} is one without another. */
    private String characterClass() {
        StringBuilder as = new StringBuilder("[");
        at++;
        boolean isFirst = true;
        while (at < regex.length()) {
            char next = regex.charAt(at);
            if (next == ']' && !isFirst) {
                at++;
                return as.append(']').toString();
            }
            isFirst = isFirst && next == '^' && as.length() == 1;
            if (next == '\\') {
                int before = java.length();
                escape();
                as.append(java, before, java.length());
                java.setLength(before);
            } else if (next == '[' && as.charAt(as.length() - 1) == '-') {
                as.setLength(as.length() - 1);
                String without = characterClass();
                as.append("&&")
                        .append(without.startsWith("[^") ? "[" + without.substring(2) : "[^" + without.substring(1));
            } else {
                as.append(next == '[' || next == '&' || (next == ']') ? "\\" : "")
                        .append(next);
                at++;
            }
        }
        throw Refusals.handlerThrew();
    }
}
