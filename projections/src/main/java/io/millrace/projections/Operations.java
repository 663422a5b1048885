package io.millrace.projections;

import io.millrace.projections.ColumnChange.OnPresent;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import java.util.Optional;

/** The operations of a handler in normal form. Values are normalised. */
final class Operations {
    private Operations() {}

    static ColumnChange increment(ColumnType type, Object by) {
        if (type == ColumnType.NUMERIC) {
            return new Update(by, clamp(Optional.of(by), Optional.empty(), Optional.empty()));
        }
        Object zero = Sums.zero(type);
        return new Update(
                by,
                new AddThenClamp(
                        Optional.of(by),
                        Optional.of(ValueOrder.least(type, by, zero)),
                        Optional.of(ValueOrder.greatest(type, by, zero)),
                        Optional.empty(),
                        Optional.empty()));
    }

    static ColumnChange min(Object value) {
        return new Update(value, clamp(Optional.empty(), Optional.empty(), Optional.of(value)));
    }

    static ColumnChange max(Object value) {
        return new Update(value, clamp(Optional.empty(), Optional.of(value), Optional.empty()));
    }

    static ColumnChange merge(MergePatch.Merge patch) {
        return new Update(Json.madeBy(patch), new OnPresent.Merge(patch));
    }

    private static OnPresent clamp(Optional<Object> add, Optional<Object> floor, Optional<Object> ceiling) {
        return new AddThenClamp(add, Optional.empty(), Optional.empty(), floor, ceiling);
    }
}
