package io.millrace.bench.replays;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.replays.HeapProcess.Look;
import java.util.List;
import java.util.Optional;

/** The first and the last third of the looks at a heap, in MiB. Immutable. */
record Thirds(Spread first, Spread last) {

    /** Of the looks between two numbers of events; empty if there are not three. */
    static Optional<Thirds> of(List<Look> looks, double fromInclusive, double toInclusive) {
        List<Double> steady = looks.stream()
                .filter(look -> look.handled() >= fromInclusive && look.handled() <= toInclusive)
                .map(Look::mib)
                .toList();
        int third = steady.size() / 3;
        return third == 0
                ? Optional.empty()
                : Optional.of(new Thirds(
                        new Spread(steady.subList(0, third)),
                        new Spread(steady.subList(steady.size() - third, steady.size()))));
    }

    /** Each look in the last ÷ the median of the first, so that its median is that of the medians. */
    Spread ratio() {
        double median = first.median();
        return new Spread(last.values().stream().map(value -> value / median).toList());
    }
}
