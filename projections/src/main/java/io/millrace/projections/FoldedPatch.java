package io.millrace.projections;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Merge patches folded in place: what {@link MergePatch.Merge#then} makes of them, without copying what the next one
 * leaves alone. For one thread.
 */
final class FoldedPatch {
    /** Each a {@link MergePatch}, or a folded patch once a second one has come to the same key. */
    private final Map<String, Object> members;

    FoldedPatch(MergePatch.Merge first) {
        this.members = new LinkedHashMap<>(first.members());
    }

    void fold(MergePatch.Merge next) {
        next.members().forEach((name, member) -> {
            if (member instanceof MergePatch.Merge merge) {
                merge(name, merge);
            } else {
                members.put(name, member);
            }
        });
    }

    private void merge(String name, MergePatch.Merge next) {
        Object before = members.get(name);
        if (before instanceof FoldedPatch patch) {
            patch.fold(next);
        } else if (before instanceof MergePatch.Merge merge) {
            FoldedPatch patch = new FoldedPatch(merge);
            patch.fold(next);
            members.put(name, patch);
        } else {
            members.put(name, before == null ? next : MergePatch.Merge.compose((MergePatch) before, next));
        }
    }

    /** What it comes to. */
    MergePatch.Merge patch() {
        Map<String, MergePatch> all = new LinkedHashMap<>();
        members.forEach((name, member) ->
                all.put(name, member instanceof FoldedPatch patch ? patch.patch() : (MergePatch) member));
        return new MergePatch.Merge(all);
    }
}
