package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the laws are tested with must reach everything that they speak of. */
class RandomChangesTest {

    @Test
    void reachesEveryOperationOnEveryType() {
        TreeSet<String> reached = new TreeSet<>();
        RandomChanges random = new RandomChanges(11);
        for (int i = 0; i < 20_000; i++) {
            RowChange change = random.change(RandomChanges.EVERY_TYPE);
            if (change.deleteFirst()) {
                reached.add("delete" + (change.isDelete() ? "" : ", then more"));
            }
            change.columns()
                    .forEach((name, column) ->
                            reached.add(RandomChanges.EVERY_TYPE.column(name).type() + " " + operation(column)));
        }

        TreeSet<String> expected = new TreeSet<>();
        expected.add("delete");
        expected.add("delete, then more");
        for (ColumnType type : ColumnType.values()) {
            expected.add(type + " set");
            expected.add(type + " set null");
            expected.add(type + " first");
            if (type.isOrdered()) {
                expected.add(type + " min");
                expected.add(type + " max");
            }
            if (type.isSummable()) {
                expected.add(type + " add");
            }
        }
        expected.add("JSONB merge");
        assertThat(reached).containsAll(expected);
    }

    @Test
    void isTheSameForTheSameSeed() {
        RandomChanges one = new RandomChanges(12);
        RandomChanges other = new RandomChanges(12);
        for (int i = 0; i < 200; i++) {
            assertThat(one.change(RandomChanges.DEMANDING)).isEqualTo(other.change(RandomChanges.DEMANDING));
            assertThat(one.row(RandomChanges.EVERY_TYPE)).isEqualTo(other.row(RandomChanges.EVERY_TYPE));
            assertThat(one.key(RandomChanges.DEMANDING)).isEqualTo(other.key(RandomChanges.DEMANDING));
        }
    }

    private static String operation(ColumnChange change) {
        if (change instanceof Assign assign) {
            return assign.value().isEmpty() ? "set null" : "set";
        }
        ColumnChange.OnPresent onPresent = ((Update) change).onPresent();
        if (!(onPresent instanceof AddThenClamp clamp)) {
            return onPresent instanceof ColumnChange.OnPresent.Keep ? "first" : "merge";
        }
        if (clamp.add().isPresent()) {
            return "add";
        }
        return clamp.floor().isPresent() ? "max" : "min";
    }
}
