package io.millrace.batching;

import io.millrace.projections.Effect;
import java.util.List;

/** The fold of one batch, without what surrounds it. In this package, since Millrace keeps its builder to itself. */
public final class FoldAlone {
    private FoldAlone() {}

    public static ChangeSet fold(List<List<Effect>> batch) {
        ChangeSetBuilder changes = new ChangeSetBuilder();
        batch.forEach(changes::add);
        return changes.build();
    }
}
