package io.millrace.sql;

import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merge patches on the server, as RFC 7386 says. */
class PatchedTest {
    private static final ReadModel DOCUMENTS =
            ReadModel.table("documents").key("id", TEXT).column("doc", JSONB).build();
    private static final Projection PROJECTION = Fixtures.projection("documents", DOCUMENTS);

    private static final TestDatabase DATABASE = TestDatabase.createForClass();
    private static final PostgresStore STORE = PostgresStore.open(DATABASE.settings());
    private static final PostgresBatchCommitter COMMITTER = STORE.committerFor(PROJECTION);
    private static long position;

    @AfterAll
    static void close() {
        STORE.close();
    }

    /** Appendix A of RFC 7386, all cases: original, patch, result. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"a\":\"b\"}; {\"a\":\"c\"}; {\"a\":\"c\"}",
                "{\"a\":\"b\"}; {\"b\":\"c\"}; {\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"}; {\"a\":null}; {}",
                "{\"a\":\"b\",\"b\":\"c\"}; {\"a\":null}; {\"b\":\"c\"}",
                "{\"a\":[\"b\"]}; {\"a\":\"c\"}; {\"a\":\"c\"}",
                "{\"a\":\"c\"}; {\"a\":[\"b\"]}; {\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}}; {\"a\":{\"b\":\"d\",\"c\":null}}; {\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]}; {\"a\":[1]}; {\"a\":[1]}",
                "[\"a\",\"b\"]; [\"c\",\"d\"]; [\"c\",\"d\"]",
                "{\"a\":\"b\"}; [\"c\"]; [\"c\"]",
                "{\"a\":\"foo\"}; null; null",
                "{\"a\":\"foo\"}; \"bar\"; \"bar\"",
                "{\"e\":null}; {\"a\":1}; {\"e\":null,\"a\":1}",
                "[1,2]; {\"a\":\"b\",\"c\":null}; {\"a\":\"b\"}",
                "{}; {\"a\":{\"bb\":{\"ccc\":null}}}; {\"a\":{\"bb\":{}}}"
            })
    void theCasesOfTheAppendix(String original, String patch, String result) {
        assertPatches(original, patch, result);
    }

    /** What deletes, what sets, what sets a level deeper and what goes deeper than that are told apart. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"a\":{\"b\":1,\"c\":2}}; {\"a\":{\"b\":3,\"d\":4}}; {\"a\":{\"b\":3,\"c\":2,\"d\":4}}",
                "{\"a\":[1]}; {\"a\":{\"b\":3}}; {\"a\":{\"b\":3}}",
                "{\"a\":5}; {\"a\":{\"b\":3}}; {\"a\":{\"b\":3}}",
                "{\"a\":null}; {\"a\":{\"b\":3}}; {\"a\":{\"b\":3}}",
                "{\"a\":1}; {\"b\":{\"c\":2},\"d\":{\"e\":3}}; {\"a\":1,\"b\":{\"c\":2},\"d\":{\"e\":3}}",
                "{\"a\":{\"b\":1}}; {\"a\":{}}; {\"a\":{\"b\":1}}",
                "{\"a\":1}; {\"a\":{},\"b\":{}}; {\"a\":{},\"b\":{}}",
                "{\"a\":1}; {}; {\"a\":1}",
                "5; {\"a\":1}; {\"a\":1}",
                "null; {\"a\":{\"b\":1}}; {\"a\":{\"b\":1}}",
                "[{\"a\":1}]; {}; {}",
                "{\"a\":1,\"b\":{\"x\":1},\"c\":{\"y\":{\"z\":1,\"k\":2},\"w\":3},\"d\":5};"
                        + " {\"a\":null,\"b\":{\"x\":2},\"c\":{\"y\":{\"z\":null}},\"d\":6};"
                        + " {\"b\":{\"x\":2},\"c\":{\"y\":{\"k\":2},\"w\":3},\"d\":6}"
            })
    void everyDepth(String original, String patch, String result) {
        assertPatches(original, patch, result);
    }

    /** As the server keeps what is larger than 2 kB. */
    @Test
    void aDocumentThatIsKeptCompressed() {
        String members = IntStream.range(0, 500)
                .mapToObj(i -> "\"m" + i + "\":{\"at\":\"2001-01-01\",\"n\":" + i + "}")
                .collect(Collectors.joining(","));
        assertPatches(
                "{" + members + "}",
                "{\"m0\":null,\"m1\":{\"n\":-1},\"m2\":3}",
                ("{" + members + "}")
                        .replace("\"m0\":{\"at\":\"2001-01-01\",\"n\":0},", "")
                        .replace("\"n\":1}", "\"n\":-1}")
                        .replace("\"m2\":{\"at\":\"2001-01-01\",\"n\":2}", "\"m2\":3"));
    }

    private static void assertPatches(String original, String patch, String result) {
        String id = "case " + position;
        commit(id, row -> row.set("doc", original));
        commit(id, row -> row.merge("doc", patch));

        assertThat(same(id, result)).as(original + " and " + patch).isTrue();
    }

    @Test
    void aDocumentThatWasMadeByASetIfAbsentBeforeThePatch() {
        commit("set first", row -> {
            row.setIfAbsent("doc", "{\"a\":1}");
            row.merge("doc", "{\"b\":2}");
        });
        commit("set first", row -> {
            row.setIfAbsent("doc", "{\"c\":3}");
            row.merge("doc", "{\"d\":4}");
        });

        assertThat(same("set first", "{\"a\":1,\"b\":2,\"d\":4}")).isTrue();
    }

    @Test
    void aPatchOfNothingStartsFromAnEmptyObject() {
        commit("absent", row -> row.merge("doc", "{\"a\":1,\"b\":null}"));
        commit("null", row -> row.set("doc", null));
        commit("null", row -> row.merge("doc", "{\"a\":1,\"b\":null}"));

        assertThat(same("absent", "{\"a\":1}")).isTrue();
        assertThat(same("null", "{\"a\":1}")).isTrue();
    }

    @Test
    void jsonNullIsNotSqlNull() {
        commit("json null", row -> row.set("doc", "null"));
        commit("json null", row -> row.setIfAbsent("doc", "{}"));

        assertThat(DATABASE.query("SELECT doc FROM documents WHERE id = 'json null'"))
                .containsExactly("null");
        assertThat(DATABASE.query("SELECT doc IS NULL FROM documents WHERE id = 'json null'"))
                .containsExactly("f");
    }

    private static void commit(String id, java.util.function.Consumer<io.millrace.projections.Row> change) {
        assertThat(COMMITTER.commit(Fixtures.batch(
                        PROJECTION, ++position, Fixtures.changes(DOCUMENTS, rows -> change.accept(rows.row(id))))))
                .isInstanceOf(Committed.class);
    }

    private static boolean same(String id, String json) {
        return DATABASE.query("SELECT doc = '" + json + "'::jsonb FROM documents WHERE id = '" + id + "'")
                .get(0)
                .equals("t");
    }
}
