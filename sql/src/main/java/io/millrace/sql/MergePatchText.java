package io.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.projections.Json;
import io.millrace.projections.MergePatch;

/**
 * A tree of merge patches as the JSON that the server function {@code millrace.apply_patch} takes: {@code {"s": value}}
 * sets, {@code {"d": 1}} deletes, {@code {"m": {key: tree, …}}} goes deeper.
 */
final class MergePatchText {
    private MergePatchText() {}

    static Json of(MergePatch patch) {
        return Json.of(tree(patch));
    }

    private static JsonNode tree(MergePatch patch) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (patch instanceof MergePatch.Set set) {
            node.set("s", set.value());
        } else if (patch instanceof MergePatch.Merge merge) {
            ObjectNode members = node.putObject("m");
            merge.members().forEach((key, member) -> members.set(key, tree(member)));
        } else {
            node.put("d", 1);
        }
        return node;
    }
}
