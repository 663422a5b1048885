package io.millrace.bench.engines;

import io.millrace.bench.machine.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What a contender took in each round. For one thread. */
final class Laps {
    private final Contender contender;
    private final int events;
    private final List<Usage> rounds = new ArrayList<>();

    /** @param events in each round */
    Laps(Contender contender, int events) {
        this.contender = contender;
        this.events = events;
    }

    Contender contender() {
        return contender;
    }

    int events() {
        return events;
    }

    void add(Usage usage) {
        rounds.add(usage);
    }

    Spread rates() {
        return each(usage -> events / (usage.elapsed().toNanos() / 1e9));
    }

    /** In microseconds per event. */
    Spread cpu(Function<Usage, Duration> whose) {
        return each(usage -> whose.apply(usage).toNanos() / 1e3 / events);
    }

    Spread perThousandEvents(ToDoubleFunction<Usage> what) {
        return each(usage -> what.applyAsDouble(usage) * 1_000 / events);
    }

    /** Round by round, how many times as fast as another. */
    Spread ratioTo(Laps other) {
        return rates().ratioTo(other.rates());
    }

    Spread each(ToDoubleFunction<Usage> what) {
        return new Spread(rounds.stream().mapToDouble(what).boxed().toList());
    }
}
