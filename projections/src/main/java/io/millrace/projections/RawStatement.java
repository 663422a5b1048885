package io.millrace.projections;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A raw SQL statement, looked at before it goes anywhere. */
final class RawStatement {
    private RawStatement() {}

    static Effect.RawSql of(String projection, String sql, @Nullable Object... parameters) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object parameter : parameters) {
            values.add(Normaliser.unwrap(parameter));
        }
        return new Effect.RawSql(sql, Collections.unmodifiableList(values));
    }
}
