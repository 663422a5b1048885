package io.millrace.bench.endtoend;

import io.millrace.bench.engines.LapTable;
import io.millrace.bench.engines.Spread;
import io.millrace.bench.machine.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a lane took in each round. For one thread. */
final class Laps {
    private final Lane lane;
    private final int events;
    private final List<Lap> rounds = new ArrayList<>();

    /** @param store CPU time of the event store's process */
    record Lap(Usage usage, Duration store) {}

    Laps(Lane lane, int events) {
        this.lane = lane;
        this.events = events;
    }

    Lane lane() {
        return lane;
    }

    void add(Lap lap) {
        rounds.add(lap);
    }

    Spread rates() {
        return each(lap -> events / (lap.usage().elapsed().toNanos() / 1e9));
    }

    /** In microseconds an event. */
    Spread micros(ToDoubleFunction<Lap> nanos) {
        return each(lap -> nanos.applyAsDouble(lap) / 1e3 / events);
    }

    Spread perThousand(ToDoubleFunction<Lap> what) {
        return each(lap -> what.applyAsDouble(lap) * 1_000 / events);
    }

    /** Round by round, how many times as fast as another. */
    Spread ratioTo(Laps other) {
        return rates().ratioTo(other.rates());
    }

    private Spread each(ToDoubleFunction<Lap> what) {
        return new Spread(rounds.stream().mapToDouble(what).boxed().toList());
    }

    LapTable.Row row() {
        Spread rates = rates();
        return new LapTable.Row(
                lane.name(),
                events,
                rates.median(),
                rates.least(),
                rates.most(),
                micros(lap -> lap.usage().client().toNanos()).median(),
                micros(lap -> lap.usage().database().toNanos()).median(),
                micros(lap -> lap.store().toNanos()).median(),
                perThousand(lap -> lap.usage().roundTrips()).median(),
                perThousand(lap -> lap.usage().commits()).median(),
                perThousand(lap -> lap.usage().walBytes()).median(),
                each(lap -> lap.usage().peakHeapMiB()).median(),
                each(lap -> lap.usage().peakResidentMiB()).median());
    }
}
