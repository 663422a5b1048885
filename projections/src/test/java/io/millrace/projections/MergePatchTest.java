package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    private static final String RFC_7386_APPENDIX_A = """
            {"a":"b"}          | {"a":"c"}                  | {"a":"c"}
            {"a":"b"}          | {"b":"c"}                  | {"a":"b","b":"c"}
            {"a":"b"}          | {"a":null}                 | {}
            {"a":"b","b":"c"}  | {"a":null}                 | {"b":"c"}
            {"a":["b"]}        | {"a":"c"}                  | {"a":"c"}
            {"a":"c"}          | {"a":["b"]}                | {"a":["b"]}
            {"a":{"b":"c"}}    | {"a":{"b":"d","c":null}}   | {"a":{"b":"d"}}
            {"a":[{"b":"c"}]}  | {"a":[1]}                  | {"a":[1]}
            ["a","b"]          | ["c","d"]                  | ["c","d"]
            {"a":"b"}          | ["c"]                      | ["c"]
            {"a":"foo"}        | null                       | null
            {"a":"foo"}        | "bar"                      | "bar"
            {"e":null}         | {"a":1}                    | {"e":null,"a":1}
            [1,2]              | {"a":"b","c":null}         | {"a":"b"}
            {}                 | {"a":{"bb":{"ccc":null}}}  | {"a":{"bb":{}}}
            """;

    @ParameterizedTest
    @CsvSource(textBlock = RFC_7386_APPENDIX_A, delimiter = '|', quoteCharacter = '`')
    void patchesAsTheAppendixOfRfc7386Says(String original, String patch, String result) {
        assertThat(merged(Optional.of(original), patch)).isEqualTo(Json.parse(result));
    }

    @ParameterizedTest
    @CsvSource(textBlock = RFC_7386_APPENDIX_A, delimiter = '|', quoteCharacter = '`')
    void composesWithEveryCaseOfTheAppendix(String original, String patch, String result) {
        for (String other : RFC_7386_APPENDIX_A.lines().toList()) {
            for (String next : List.of(other.split("\\|", 3)[0], other.split("\\|", 3)[1])) {
                Json oneByOne = merged(Optional.of(result), next);
                ColumnChange both = merge(patch).then(merge(next), ColumnType.JSONB);
                assertThat(both.applyTo(Optional.of(Json.parse(original)), ColumnType.JSONB))
                        .as(original + " then " + patch + " then " + next)
                        .contains(oneByOne);
                assertThat(both.applyTo(Optional.empty(), ColumnType.JSONB))
                        .contains(merged(
                                Optional.of(merged(Optional.empty(), patch).text()), next));
            }
        }
    }

    @Test
    void takesNullAsAnEmptyObject() {
        assertThat(merged(Optional.empty(), "{\"a\":{\"b\":null,\"c\":1}}")).isEqualTo(Json.parse("{\"a\":{\"c\":1}}"));
        assertThat(merged(Optional.empty(), "{}")).isEqualTo(Json.parse("{}"));
        assertThat(merged(Optional.of("null"), "{\"a\":null}")).isEqualTo(Json.parse("{}"));
    }

    @Test
    void dropsWhatAMemberHeldBeforeItWasDeleted() {
        ColumnChange both = merge("{\"a\":null}").then(merge("{\"a\":{\"b\":2}}"), ColumnType.JSONB);

        assertThat(both.applyTo(Optional.of(Json.parse("{\"a\":{\"old\":1},\"z\":3}")), ColumnType.JSONB))
                .contains(Json.parse("{\"a\":{\"b\":2},\"z\":3}"));
    }

    @Test
    void keepsJsonNullApartFromSqlNull() {
        assertThat(merge("null")).isEqualTo(new ColumnChange.Assign(Optional.of(Json.parse("null"))));
    }

    @Test
    void patchesWithMapsAndRecords() {
        record Address(String street, Optional<String> town) {}
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("gone", null);
        patch.put("address", new Address("Mill Lane 1", Optional.empty()));
        RowCollector rows = RawSqlTest.collector();
        rows.row(1).merge("doc", patch);

        RowChange change = ((Effect.OnRow) rows.effects().get(0)).change();
        Map<String, Object> before = Map.of("doc", Json.parse("{\"gone\":1,\"address\":{\"town\":\"X\",\"zip\":1}}"));
        assertThat(change.applyTo(Optional.of(before), RawSqlTest.MODEL))
                .contains(Map.of("doc", Json.parse("{\"address\":{\"street\":\"Mill Lane 1\",\"zip\":1}}")));
    }

    @Test
    void refusesPatchesThatADatabaseFunctionCannotFollow() {
        String deep = "{\"a\":".repeat(101) + "1" + "}".repeat(101);
        assertThatThrownBy(() -> merge(deep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 100 levels");
        assertThat(merge("{\"a\":".repeat(100) + "1" + "}".repeat(100))).isInstanceOf(ColumnChange.Update.class);
    }

    @Test
    void doesNotTouchTheDocumentsItIsGiven() {
        Json original = Json.parse("{\"a\":{\"b\":1}}");
        merge("{\"a\":{\"b\":2,\"c\":3}}").applyTo(Optional.of(original), ColumnType.JSONB);

        assertThat(original).isEqualTo(Json.parse("{\"a\":{\"b\":1}}"));
    }

    @Test
    void hasAllFifteenCases() {
        assertThat(RFC_7386_APPENDIX_A.lines()).hasSize(15);
    }

    private static ColumnChange merge(String patch) {
        RowCollector rows = RawSqlTest.collector();
        rows.row(1).merge("doc", Json.parse(patch));
        RowChange change = ((Effect.OnRow) rows.effects().get(0)).change();
        return change.column("doc").orElseThrow();
    }

    private static Json merged(Optional<String> original, String patch) {
        return (Json) merge(patch)
                .applyTo(original.map(Json::parse), ColumnType.JSONB)
                .orElseThrow();
    }
}
