package io.millrace.service.cost;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chart of a report. The names of the components are those that the page's script reads. Immutable.
 *
 * @param kind how it is drawn
 * @param logarithmic whether the values' axis is
 * @param axis what the values are
 * @param labels one per value
 * @param marked indexes of labels that stand out
 */
public record Chart(
        Kind kind, boolean logarithmic, String axis, List<String> labels, List<Series> series, List<Integer> marked) {
    public Chart {
        labels = List.copyOf(labels);
        series = List.copyOf(series);
        marked = List.copyOf(marked);
    }

    /** How a chart is drawn. */
    public enum Kind {
        BARS,
        LINE
    }

    /**
     * Values of one kind.
     *
     * @param values null where there is none
     */
    public record Series(String name, List<@Nullable Number> values) {}
}
