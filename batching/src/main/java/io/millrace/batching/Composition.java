package io.millrace.batching;

import io.millrace.projections.Effect;
import io.millrace.projections.RowChange;

final class Composition {
    private Composition() {}

    static RowChange compose(Effect.OnRow next, RowChange earlier) {
        if (earlier.columns().isEmpty() && !earlier.deleteFirst()) {
            return next.change();
        }
        throw new CannotFoldException(next + " after " + earlier);
    }
}
