package io.millrace.service.terminal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** How wide the columns of a table are. Immutable. */
record ColumnWidths(List<Integer> each) {
    /** What stands between two columns. */
    static final int GAP = 2;

    ColumnWidths {
        each = List.copyOf(each);
    }

    static ColumnWidths all(int columns, int width) {
        return new ColumnWidths(Collections.nCopies(columns, width));
    }

    int of(int column) {
        return each.get(column);
    }

    /** How wide the table is. */
    int total() {
        return each.stream().mapToInt(Integer::intValue).sum() + GAP * (each.size() - 1);
    }

    /** How wide a table of some of the columns is. */
    int total(List<Integer> columns) {
        return new ColumnWidths(columns.stream().map(each::get).toList()).total();
    }

    /** These, the widest of them made less until the table fits, or none can be made less. */
    ColumnWidths narrowed(ColumnWidths least, int atMost) {
        List<Integer> widths = new ArrayList<>(each);
        int excess = total() - atMost;
        for (; excess > 0; excess--) {
            OptionalInt widest = IntStream.range(0, widths.size())
                    .filter(i -> widths.get(i) > least.of(i))
                    .reduce((one, other) -> widths.get(other) > widths.get(one) ? other : one);
            if (widest.isEmpty()) {
                break;
            }
            widths.set(widest.getAsInt(), widths.get(widest.getAsInt()) - 1);
        }
        return new ColumnWidths(widths);
    }
}
