package io.millrace.projections;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.BOOLEAN;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReadModelTest {

    @Test
    void describesItselfInOneLine() {
        ReadModel model = ReadModel.table("my \"table\"")
                .key("a", TEXT)
                .key("b", BIGINT)
                .column("c", TEXT)
                .notNull()
                .defaultValue("it's")
                .column("d", JSONB)
                .build();

        assertThat(model.description())
                .isEqualTo("\"my \"\"table\"\"\" (\"a\" text not null, \"b\" bigint not null,"
                        + " \"c\" text not null default \"it's\", \"d\" jsonb, primary key (\"a\", \"b\"))");
        assertThat(model.defaults()).isEqualTo(Map.of("c", "it's"));
        assertThat(model.required()).isEmpty();
    }

    @Test
    void differsWhereItsTableWould() {
        Set<ReadModel> models = Set.of(
                table().build(),
                ReadModel.table("u").key("k", TEXT).column("c", TEXT).build(),
                ReadModel.table("t").key("k", BIGINT).column("c", TEXT).build(),
                ReadModel.table("t").key("k", TEXT).column("c", BIGINT).build(),
                table().notNull().build(),
                table().defaultValue("").build(),
                table().defaultValue("x").build(),
                table().column("d", TEXT).build(),
                ReadModel.table("t")
                        .key("k", TEXT)
                        .key("c", TEXT)
                        .column("d", TEXT)
                        .build());

        assertThat(models).hasSize(9);
        assertThat(table().build()).isEqualTo(table().build());
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(table().column("c", TEXT), "read model t: expected each column once: column=c. Rename"),
                Arguments.of(table().column("k", TEXT), "read model t: expected each column once: column=k"),
                Arguments.of(
                        table().key("l", null), "read model t: expected a type for each column: column=l. Say one of"),
                Arguments.of(table().column("d", null), "read model t: expected a type for each column: column=d"),
                Arguments.of(ReadModel.table("t").column("c", TEXT), "read model t: expected a key"),
                Arguments.of(ReadModel.table("t").key("k", TEXT), "read model t: expected at least one column"),
                Arguments.of(table().key("l", JSONB), "read model t: expected a key of a type that can be one"),
                Arguments.of(table().key("l", DOUBLE), "column=l, type=double precision"),
                Arguments.of(table().key("l", TEXT).defaultValue("x"), "read model t: expected no default for a key"),
                Arguments.of(table().column("d", BOOLEAN).defaultValue(1), "read model t: the default of column d:"),
                Arguments.of(table().column("", TEXT), "read model t: expected a name for the column"),
                Arguments.of(table().column("ä".repeat(32), TEXT), "read model t: expected a name of at most 63 bytes"),
                Arguments.of(table().column("a\u0000", TEXT), "NUL"),
                Arguments.of(
                        table().column("ctid", TEXT), "read model t: expected a column name that PostgreSQL does not"),
                Arguments.of(ReadModel.table("").key("k", TEXT).column("c", TEXT), "expected a name for the table"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void tellsWhatIsWrong(ReadModelBuilder builder, String said) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidProjectionException.class)
                .hasMessageContaining(said);
    }

    @Test
    void wantsAColumnBeforeWhatIsSaidAboutIt() {
        assertThatThrownBy(() -> ReadModel.table("t").notNull())
                .isInstanceOf(InvalidProjectionException.class)
                .hasMessageContaining("expected a column before notNull()");
    }

    private static ReadModelBuilder table() {
        return ReadModel.table("t").key("k", TEXT).column("c", TEXT);
    }
}
