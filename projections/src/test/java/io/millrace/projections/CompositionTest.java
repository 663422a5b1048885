package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompositionTest {
    private static final ReadModel MODEL = ReadModel.table("t")
            .key("id", ColumnType.BIGINT)
            .column("n", ColumnType.INTEGER)
            .column("name", ColumnType.TEXT)
            .notNull()
            .build();

    @ParameterizedTest
    @CsvSource({
        "1.0, max 1.00, 1.0",
        "1.00, max 1.0, 1.00",
        "1, min 1.00, 1",
        "2.0, min 1.0 max 2.00, 2.00",
        "2.0, max 2.00 min 1.0, 1.0",
        "5, min 1.0 max 1.00, 1.0",
        "0, min 1.0 max 1.00, 1.00",
        "1, min 1.0 max 1.00, 1",
        "1.0, max 1.00 add 0.5, 1.5",
        "0, max 1.00 add 0.5, 1.50",
        "0, max 1.00 max 1.0, 1.00",
        "1.0, add 0.00, 1.00",
        "NULL, add 1.10 max 1.1, 1.10",
        "NULL, min 3 max 3.0, 3"
    })
    void keepsTheFirstOfEqualNumericsAsPostgresqlDoes(String before, String operations, String after) {
        String[] words = operations.split(" ", -1);
        Optional<Object> start = before.equals("NULL") ? Optional.empty() : Optional.of(new BigDecimal(before));
        ColumnChange folded = numeric(words[0], words[1]);
        Optional<Object> oneByOne = folded.applyTo(start, ColumnType.NUMERIC);
        for (int i = 2; i < words.length; i += 2) {
            ColumnChange next = numeric(words[i], words[i + 1]);
            folded = folded.then(next, ColumnType.NUMERIC);
            oneByOne = next.applyTo(oneByOne, ColumnType.NUMERIC);
        }

        assertThat(oneByOne).contains(new BigDecimal(after));
        assertThat(folded.applyTo(start, ColumnType.NUMERIC)).contains(new BigDecimal(after));
    }

    @Test
    void ordersDoublesAsPostgresqlDoes() {
        ColumnChange max = Operations.max(Double.POSITIVE_INFINITY).then(Operations.max(Double.NaN), ColumnType.DOUBLE);
        assertThat(max.applyTo(Optional.of(1.0), ColumnType.DOUBLE)).contains(Double.NaN);
        assertThat(Operations.max(1.0).applyTo(Optional.of(Double.NaN), ColumnType.DOUBLE))
                .contains(Double.NaN);
        assertThat(Operations.min(Double.NaN).applyTo(Optional.of(5.0), ColumnType.DOUBLE))
                .contains(5.0);
        assertThat(Operations.max(0.0).applyTo(Optional.of(-0.0), ColumnType.DOUBLE))
                .contains(-0.0);
        assertThat(Operations.min(-0.0).applyTo(Optional.of(0.0), ColumnType.DOUBLE))
                .contains(0.0);
    }

    @Test
    void ordersTextByCodePoint() {
        ColumnChange max = Operations.max("\uFFFD").then(Operations.max("😀"), ColumnType.TEXT);
        assertThat(max.applyTo(Optional.of("z"), ColumnType.TEXT)).contains("😀");
        assertThat(Operations.min("a").applyTo(Optional.of("B"), ColumnType.TEXT))
                .contains("B");
    }

    @Test
    void remembersHowFarMixedIncrementsGo() {
        ColumnChange folded =
                increment(5).then(increment(-7), ColumnType.INTEGER).then(increment(1), ColumnType.INTEGER);

        assertThat(Span.of(folded)).contains(new Span(-2, 5));
        assertThat(folded.applyTo(Optional.of(10), ColumnType.INTEGER)).contains(9);
        assertThatThrownBy(() -> folded.applyTo(Optional.of(Integer.MAX_VALUE - 3), ColumnType.INTEGER))
                .isInstanceOf(RejectedChangeException.class)
                .extracting(e -> ((RejectedChangeException) e).sqlState())
                .isEqualTo("22003");
    }

    @Test
    void givesUpWhenItsOwnNumbersLeaveTheRange() {
        assertThatThrownBy(() -> increment(Integer.MAX_VALUE).then(increment(1), ColumnType.INTEGER))
                .isInstanceOf(CannotFoldException.class)
                .hasMessageContaining("integer");
        assertThatThrownBy(() -> Operations.max(Integer.MAX_VALUE).then(increment(1), ColumnType.INTEGER))
                .isInstanceOf(CannotFoldException.class);
        assertThatThrownBy(() ->
                        new ColumnChange.Assign(Optional.of(Integer.MAX_VALUE)).then(increment(1), ColumnType.INTEGER))
                .isInstanceOf(CannotFoldException.class);
    }

    @Test
    void doesNotForgetAnIncrementThatALaterSetHides() {
        RowChange folded = change("n", increment(5)).then(change("n", assign(1)), MODEL);

        assertThat(folded.columns()).isEqualTo(Map.of("n", assign(1)));
        assertThat(folded.precondition().sums()).isEqualTo(Map.of("n", new Span(0, 5)));
        assertThat(folded.applyTo(row(Integer.MAX_VALUE - 5), MODEL)).isEqualTo(row(1));
        assertThatThrownBy(() -> folded.applyTo(row(Integer.MAX_VALUE - 4), MODEL))
                .isInstanceOf(RejectedChangeException.class);
        assertThat(change("n", increment(5)).then(RowChange.DELETE, MODEL).precondition())
                .isEqualTo(new Precondition(true, Map.of("n", new Span(0, 5))));
    }

    @Test
    void doesNotForgetThatAnEarlierChangeNeededTheRow() {
        RowChange folded = change("n", increment(5)).then(change("name", assign("x")), MODEL);

        assertThat(folded.precondition().rowExists()).isTrue();
        assertThatThrownBy(() -> folded.applyTo(Optional.empty(), MODEL))
                .isInstanceOf(RejectedChangeException.class)
                .extracting(e -> ((RejectedChangeException) e).sqlState())
                .isEqualTo("23502");
        assertThat(change("name", assign("x"))
                        .then(change("n", increment(5)), MODEL)
                        .precondition())
                .isEqualTo(Precondition.NONE);
    }

    @Test
    void givesUpWhereTheNextChangeIsCertainToFail() {
        assertThatThrownBy(() -> RowChange.DELETE.then(change("n", increment(1)), MODEL))
                .isInstanceOf(CannotFoldException.class)
                .hasMessageContaining("[name]");
    }

    @Test
    void makesARowAnewAfterADelete() {
        RowChange folded = change("integer", increment(5))
                .then(RowChange.DELETE, RandomChanges.EVERY_TYPE)
                .then(change("integer_default", increment(1)), RandomChanges.EVERY_TYPE);
        int defaultValue = (int) RandomChanges.EVERY_TYPE
                .column("integer_default")
                .defaultValue()
                .orElseThrow();

        assertThat(folded.deleteFirst()).isTrue();
        assertThat(folded.columns()).isEqualTo(Map.of("integer_default", assign(defaultValue + 1)));
    }

    private static ColumnChange numeric(String operation, String operand) {
        BigDecimal value = new BigDecimal(operand);
        return switch (operation) {
            case "add" -> Operations.increment(ColumnType.NUMERIC, value);
            case "min" -> Operations.min(value);
            default -> Operations.max(value);
        };
    }

    private static ColumnChange increment(int by) {
        return Operations.increment(ColumnType.INTEGER, by);
    }

    private static ColumnChange assign(Object value) {
        return new ColumnChange.Assign(Optional.of(value));
    }

    private static RowChange change(String column, ColumnChange change) {
        return RowChange.of(column, change);
    }

    private static Optional<Map<String, Object>> row(int n) {
        return Optional.of(Map.of("n", n, "name", "x"));
    }
}
