package io.millrace.sql;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.projections.Json;
import io.millrace.projections.MergePatch;
import java.util.Map;

/**
 * A tree of merge patches as the JSON that the server function {@code millrace.patched} takes, its members by what happens
 * to them: {@code {"d": [key, …]}} deletes, {@code {"m": {key: tree, …}}} goes deeper, {@code {"o": {key: {key: value,
 * …}, …}}} goes one level deeper and sets there, {@code {"s": {key: value, …}}} sets; what there is none of is left out.
 */
final class MergePatchText {
    private static final char DELETED = 'd';
    private static final char MERGED = 'm';
    private static final char OVERLAID = 'o';
    private static final char SET = 's';

    private final StringBuilder text = new StringBuilder();

    private MergePatchText() {}

    static String of(MergePatch.Merge patch) {
        MergePatchText writing = new MergePatchText();
        writing.append(patch);
        return writing.text.toString();
    }

    private void append(MergePatch.Merge patch) {
        int begin = text.length();
        char[] kinds = new char[patch.members().size()];
        int i = 0;
        for (MergePatch member : patch.members().values()) {
            kinds[i++] = kind(member);
        }
        appendAll(patch, kinds, DELETED, '[', ']');
        appendAll(patch, kinds, MERGED, '{', '}');
        appendAll(patch, kinds, OVERLAID, '{', '}');
        appendAll(patch, kinds, SET, '{', '}');
        if (text.length() == begin) {
            text.append('{');
        } else {
            text.setCharAt(begin, '{'); // instead of the first comma
        }
        text.append('}');
    }

    private static char kind(MergePatch member) {
        if (member instanceof MergePatch.Merge merge) {
            return onlySets(merge) ? OVERLAID : MERGED;
        }
        return member instanceof MergePatch.Set ? SET : DELETED;
    }

    private static boolean onlySets(MergePatch.Merge patch) {
        for (MergePatch member : patch.members().values()) {
            if (!(member instanceof MergePatch.Set)) {
                return false;
            }
        }
        return true;
    }

    private void appendAll(MergePatch.Merge patch, char[] kinds, char kind, char open, char close) {
        boolean any = false;
        int i = 0;
        for (Map.Entry<String, MergePatch> member : patch.members().entrySet()) {
            if (kinds[i++] == kind) {
                if (any) {
                    text.append(',');
                } else {
                    text.append(",\"").append(kind).append("\":").append(open);
                    any = true;
                }
                append(member.getKey(), member.getValue(), kind);
            }
        }
        if (any) {
            text.append(close);
        }
    }

    private void append(String key, MergePatch member, char kind) {
        appendQuoted(key);
        if (kind != DELETED) {
            text.append(':');
        }
        if (member instanceof MergePatch.Merge deeper) {
            if (kind == OVERLAID) {
                appendValues(deeper);
            } else {
                append(deeper);
            }
        } else if (member instanceof MergePatch.Set set) {
            append(set.value());
        }
    }

    private void appendValues(MergePatch.Merge onlySets) {
        char before = '{';
        for (Map.Entry<String, MergePatch> member : onlySets.members().entrySet()) {
            text.append(before);
            before = ',';
            append(member.getKey(), member.getValue(), SET);
        }
        text.append(before == '{' ? "{}" : "}");
    }

    /** Most values are short, and need no writer of their own. */
    private void append(JsonNode value) {
        if (value.isTextual()) {
            appendQuoted(value.textValue());
        } else if (value.isIntegralNumber() || value.isBoolean()) {
            text.append(value.asText());
        } else {
            text.append(Json.of(value).text());
        }
    }

    private void appendQuoted(String string) {
        text.append('"');
        JsonStringEncoder.getInstance().quoteAsString(string, text);
        text.append('"');
    }
}
