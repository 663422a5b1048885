package io.millrace.bench.engines;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** The values of all rounds, in the order of these. Immutable. */
public record Spread(List<Double> values) {
    public Spread {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("expected at least one round: values=[]");
        }
    }

    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Round by round, by how much this is more than the other. */
    public Spread ratioTo(Spread other) {
        if (values.size() != other.values.size()) {
            throw new IllegalArgumentException("expected as many rounds of both: " + values + ", " + other.values);
        }
        return new Spread(IntStream.range(0, values.size())
                .mapToObj(round -> values.get(round) / other.values.get(round))
                .toList());
    }

    public double least() {
        return Collections.min(values);
    }

    public double most() {
        return Collections.max(values);
    }
}
