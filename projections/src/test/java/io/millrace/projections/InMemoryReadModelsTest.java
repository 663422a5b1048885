package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InMemoryReadModelsTest {
    private final InMemoryReadModels tables = new InMemoryReadModels();

    @Test
    void appliesAnEventAsAWholeOrNotAtAll() {
        tables.apply(List.of(increment(1, Long.MAX_VALUE)));
        assertThatThrownBy(() -> tables.apply(List.of(increment(2, 1), increment(1, 1))))
                .isInstanceOf(RejectedChangeException.class)
                .hasMessageContaining("range of bigint");

        assertThat(tables.rows(RawSqlTest.MODEL)).containsOnlyKeys(key(1));
    }

    @Test
    void seesTheChangesOfOneEventOneAfterAnother() {
        tables.apply(List.of(
                increment(1, 2), new Effect.OnRow(RawSqlTest.MODEL, key(1), RowChange.DELETE), increment(1, 3)));

        assertThat(tables.row(RawSqlTest.MODEL, 1)).contains(Map.of("n", 3L));
        tables.apply(RawSqlTest.MODEL, key(1), RowChange.DELETE);
        assertThat(tables.row(RawSqlTest.MODEL, key(1))).isEmpty();
    }

    @Test
    void refusesRawSql() {
        assertThatThrownBy(() -> tables.apply(List.of(new Effect.RawSql("SELECT 1", List.of()))))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private static Effect increment(long id, long by) {
        return new Effect.OnRow(
                RawSqlTest.MODEL, key(id), RowChange.of("n", Operations.increment(ColumnType.BIGINT, by)));
    }

    private static RowKey key(long id) {
        return new RowKey(List.of(id));
    }
}
