package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.projections.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawStatementTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1",
                "UPDATE t SET a = 1;",
                "  /* why */ -- so\n (SELECT 1)",
                "INSERT INTO t VALUES ('; COMMIT') -- ; COMMIT",
                "DO $$ BEGIN PERFORM 1; END $$",
                "WITH x AS (SELECT 1) DELETE FROM t"
            })
    void oneStatementIsTaken(String sql) {
        assertThat(RawStatement.planned(new Effect.RawSql(sql, List.of())).usersOwn())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ; ",
                "UPDATE t SET a = 1; COMMIT",
                "UPDATE t SET a = 'open",
                "UPDATE t SET a = 1 /* open",
                "DO $$ BEGIN ",
                "COMMIT",
                "/* hidden */ ROLLBACK",
                "-- hidden\nbegin",
                "SAVEPOINT x",
                "COPY t FROM STDIN",
                "SET search_path = x"
            })
    void anythingElseIsRefused(String sql) {
        assertThatThrownBy(() -> RawStatement.planned(new Effect.RawSql(sql, List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void eachPlaceholderNeedsItsParameter() {
        assertThatThrownBy(() -> RawStatement.planned(new Effect.RawSql("UPDATE t SET a = ?, b = ?", List.of(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("placeholders=2, parameters=1");
    }
}
