package io.millrace.sql;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.projections.Json;
import io.millrace.projections.MergePatch;

/**
 * A tree of merge patches as the JSON that the server function {@code millrace.apply_patch} takes: {@code {"s": value}}
 * sets, {@code {"d": 1}} deletes, {@code {"m": {key: tree, …}}} goes deeper.
 */
final class MergePatchText {
    private MergePatchText() {}

    static String of(MergePatch patch) {
        StringBuilder text = new StringBuilder();
        append(patch, text);
        return text.toString();
    }

    private static void append(MergePatch patch, StringBuilder text) {
        if (patch instanceof MergePatch.Set set) {
            text.append("{\"s\":").append(Json.of(set.value()).text()).append('}');
        } else if (patch instanceof MergePatch.Merge merge) {
            text.append("{\"m\":{");
            int first = text.length();
            merge.members().forEach((key, member) -> {
                text.append(text.length() == first ? "\"" : ",\"");
                JsonStringEncoder.getInstance().quoteAsString(key, text);
                text.append("\":");
                append(member, text);
            });
            text.append("}}");
        } else {
            text.append("{\"d\":1}");
        }
    }
}
