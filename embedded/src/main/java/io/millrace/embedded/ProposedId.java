package io.millrace.embedded;

import com.eventstore.dbclient.proto.shared.Shared;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Event ids as clients write them: two numbers, or text as the real server's .NET reads it. */
final class ProposedId {
    /** With dashes or without, bare or in braces or parentheses. */
    private static final Pattern TEXT = Pattern.compile(
            "\\s*(?:(?<bare>[0-9a-fA-F-]+)|\\{(?<braces>[0-9a-fA-F-]+)}" + "|\\((?<parentheses>[0-9a-fA-F-]+)\\))\\s*");

    private static final Pattern DASHED = Pattern.compile("\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Pattern PLAIN =
            Pattern.compile("(\\p{XDigit}{8})(\\p{XDigit}{4})(\\p{XDigit}{4})(\\p{XDigit}{4})(\\p{XDigit}{12})");

    private ProposedId() {}

    /** Throws what the server answers where there is none, where it is no id, and to the id of zeros. */
    static UUID of(Shared.UUID id) {
        UUID parsed = switch (id.getValueCase()) {
            case STRUCTURED ->
                new UUID(
                        id.getStructured().getMostSignificantBits(),
                        id.getStructured().getLeastSignificantBits());
            case STRING -> parse(id.getString());
            case VALUE_NOT_SET -> throw Refusals.handlerThrew();
        };
        if (parsed.getMostSignificantBits() == 0 && parsed.getLeastSignificantBits() == 0) {
            throw Refusals.handlerThrew();
        }
        return parsed;
    }

    private static UUID parse(String text) {
        Matcher framed = TEXT.matcher(text);
        if (framed.matches()) {
            String bare = framed.group("bare");
            String braces = framed.group("braces");
            String digits = bare != null ? bare : braces != null ? braces : framed.group("parentheses");
            Matcher plain = PLAIN.matcher(digits);
            if (DASHED.matcher(digits).matches()) {
                return UUID.fromString(digits);
            }
            if (plain.matches() && bare != null) {
                return UUID.fromString(plain.replaceFirst("$1-$2-$3-$4-$5"));
            }
        }
        throw Refusals.handlerThrew();
    }
}
