package io.millrace.sql;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.projections.Json;
import io.millrace.projections.MergePatch;
import java.util.Map;

/**
 * A tree of merge patches as the JSON that the server function {@code millrace.apply_patch} takes, its members by what
 * happens to them: {@code {"d": [key, …]}} deletes, {@code {"m": {key: tree, …}}} goes deeper, {@code {"s": {key: value,
 * …}}} sets; what there is none of is left out.
 */
final class MergePatchText {
    private final StringBuilder text = new StringBuilder();

    private MergePatchText() {}

    static String of(MergePatch.Merge patch) {
        MergePatchText writing = new MergePatchText();
        writing.append(patch);
        return writing.text.toString();
    }

    private void append(MergePatch.Merge patch) {
        int begin = text.length();
        appendAll(patch, MergePatch.Delete.class, ",\"d\":[", "]");
        appendAll(patch, MergePatch.Merge.class, ",\"m\":{", "}");
        appendAll(patch, MergePatch.Set.class, ",\"s\":{", "}");
        if (text.length() == begin) {
            text.append('{');
        } else {
            text.setCharAt(begin, '{'); // instead of the first comma
        }
        text.append('}');
    }

    private void appendAll(MergePatch.Merge patch, Class<? extends MergePatch> kind, String open, String close) {
        boolean any = false;
        for (Map.Entry<String, MergePatch> member : patch.members().entrySet()) {
            if (kind.isInstance(member.getValue())) {
                text.append(any ? "," : open);
                any = true;
                append(member.getKey(), member.getValue());
            }
        }
        text.append(any ? close : "");
    }

    private void append(String key, MergePatch member) {
        appendQuoted(key);
        if (member instanceof MergePatch.Merge deeper) {
            text.append(':');
            append(deeper);
        } else if (member instanceof MergePatch.Set set) {
            text.append(':');
            append(set.value());
        }
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
