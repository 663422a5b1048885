package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawSqlTest {
    static final ReadModel MODEL = ReadModel.table("documents")
            .key("id", ColumnType.BIGINT)
            .column("doc", ColumnType.JSONB)
            .column("n", ColumnType.BIGINT)
            .build();

    static RowCollector collector() {
        return new RowCollector("p", List.of(MODEL), new RawStatement());
    }

    @Test
    void keepsItsPlaceAmongTheChanges() {
        RowCollector rows = collector();
        Row row = rows.row(1).increment("n", 1).increment("n", 1);
        rows.execute("UPDATE other SET n = ?", 7);
        row.increment("n", 5);
        rows.row(2).increment("n", 1);

        List<Effect> effects = rows.effects();
        assertThat(effects).hasSize(4);
        assertThat(effects.get(0)).isEqualTo(onRow(1L, Operations.increment(ColumnType.BIGINT, 2L)));
        assertThat(effects.get(1)).isEqualTo(new Effect.RawSql("UPDATE other SET n = ?", List.of(7)));
        assertThat(effects.get(2)).isEqualTo(onRow(1L, Operations.increment(ColumnType.BIGINT, 5L)));
        assertThat(effects.get(3)).isEqualTo(onRow(2L, Operations.increment(ColumnType.BIGINT, 1L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = ?",
                "  /* why /* nested ? */ ; */ UPDATE t SET a = ? -- what; ?",
                "update t set a = ?;",
                "UPDATE t SET a = ? ; -- done\n ; /* ? */",
                "INSERT INTO t VALUES (?, ';', 'it''s ?', \"col?\", $$ ; ? $$, $tag$ $$ ; $tag$)",
                "INSERT INTO t VALUES (E'\\' ; ?', ?)",
                "INSERT INTO t VALUES ('\\', ?)",
                "DELETE FROM t WHERE doc ?? 'a' AND doc ??| array['b'] AND id = ?",
                "WITH x AS (SELECT ? AS a) INSERT INTO t SELECT a FROM x",
                "SELECT some_function(?)",
                "UPDATE t$x SET a$1 = ?"
            })
    void takesOneStatementWithOneParameter(String sql) {
        RowCollector rows = collector();
        rows.execute(sql, 1);
        Effect.RawSql statement = (Effect.RawSql) rows.effects().get(0);

        assertThat(statement.sql()).doesNotEndWith(";").doesNotEndWith("*/").doesNotContain("-- ");
        assertThat(sql).contains(statement.sql());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ; -- nothing",
                "UPDATE t SET a = 1; DELETE FROM t",
                "UPDATE t SET a = 1; -- x\n COMMIT",
                "UPDATE t SET a = 'open",
                "UPDATE t SET a = E'open\\'",
                "UPDATE t SET \"open = 1",
                "UPDATE t SET a = $$open",
                "UPDATE t SET a = $q$open$$",
                "UPDATE t SET a = 1 /* open /* */",
                "UPDATE t SET a = $1",
                "BEGIN",
                "/* sly */ commit",
                "End",
                "ROLLBACK TO SAVEPOINT s",
                "SAVEPOINT s",
                "RELEASE s",
                "START TRANSACTION",
                "ABORT",
                "PREPARE TRANSACTION 'x'",
                "COMMIT PREPARED 'x'",
                "COPY t FROM STDIN",
                "LISTEN x",
                "SET search_path = x",
                "RESET ALL",
                "DISCARD ALL",
                "VACUUM",
                "DECLARE c CURSOR FOR SELECT 1",
                "EXECUTE p",
                "DO $$ BEGIN COMMIT; END $$",
                "UPDATE t SET a = '\u0000'"
            })
    void refusesWhatWouldBreakTheTransaction(String sql) {
        assertThatThrownBy(() -> collector().execute(sql))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("projection p, raw SQL: expected ");
    }

    @Test
    void countsParameters() {
        assertThatThrownBy(() -> collector().execute("UPDATE t SET a = ?, b = ?", 1))
                .hasMessageContaining("placeholders=2, parameters=1")
                .hasMessageContaining("??");
        assertThatThrownBy(() -> collector().execute("UPDATE t SET a = 1", 1))
                .hasMessageContaining("placeholders=0, parameters=1");
    }

    @Test
    void takesNaturalParameters() {
        RowCollector rows = collector();
        ZonedDateTime time = ZonedDateTime.parse("2001-01-01T00:00:00+01:00[Europe/Berlin]");
        rows.execute(
                "SELECT f(?, ?, ?, ?, ?, ?, ?)",
                Optional.empty(),
                Optional.of(1L),
                (short) 2,
                BigInteger.TEN,
                TimeUnit.DAYS,
                time,
                TextNode.valueOf("x"));

        assertThat(((Effect.RawSql) rows.effects().get(0)).parameters())
                .isEqualTo(Arrays.asList(
                        null, 1L, 2, BigDecimal.TEN, "DAYS", time.toOffsetDateTime(), Json.parse("\"x\"")));
    }

    @Test
    void refusesParametersThatNoDriverKnows() {
        assertThatThrownBy(() -> collector().execute("SELECT f(?)", List.of(1)))
                .hasMessageContaining("projection p, raw SQL: expected a parameter that is text")
                .hasMessageContaining("List");
        assertThatThrownBy(() -> collector().execute("SELECT f(?)", "\u0000")).hasMessageContaining("NUL");
    }

    @Test
    void takesALoneNullAsOneParameter() {
        RowCollector rows = collector();
        rows.execute("SELECT f(?)", (Object) null);
        assertThat(((Effect.RawSql) rows.effects().get(0)).parameters())
                .hasSize(1)
                .containsOnlyNulls();
    }

    private static Effect onRow(long id, ColumnChange change) {
        return new Effect.OnRow(MODEL, new RowKey(List.of(id)), RowChange.of("n", change));
    }
}
