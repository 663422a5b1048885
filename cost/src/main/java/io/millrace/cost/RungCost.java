package io.millrace.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/**
 * What a stream costs on one rung. Moves of the checkpoint alone are in it, each a statement and a round trip.
 *
 * @param givesUp what is paid for the price in freshness and memory, in a line
 * @param eventsRead how many events came over the wire
 * @param handled how many events are in the read model
 * @param flushes how often rows were written
 * @param timesCheaper than the first rung, to two places; empty if this one costs nothing
 * @param longestWait how long a live event waited at most until it was shown
 * @param averageWait how long the live events waited
 * @param largestBatch events that were held at most
 * @param largestBytes their data and metadata
 */
public record RungCost(
        int rung,
        String name,
        String givesUp,
        long eventsRead,
        long handled,
        long flushes,
        long roundTrips,
        long statements,
        BigDecimal units,
        Optional<BigDecimal> timesCheaper,
        Duration longestWait,
        Duration averageWait,
        int largestBatch,
        long largestBytes) {

    static RungCost of(Rung rung, String givesUp, VirtualRun.Result result, Optional<BigDecimal> first) {
        Cost cost = result.cost();
        BigDecimal units = cost.units().add(cost.checkpointOnlyUnits());
        return new RungCost(
                rung.number(),
                rung.name(),
                givesUp,
                result.eventsRead(),
                result.handled(),
                cost.batches(),
                cost.roundTrips() + cost.checkpointOnly(),
                cost.statements() + cost.checkpointOnly(),
                units,
                times(first.orElse(units), units),
                result.waits().longest(),
                result.waits().average(),
                result.waits().largestBatch(),
                result.waits().largestBytes());
    }

    private static Optional<BigDecimal> times(BigDecimal dear, BigDecimal cheap) {
        return cheap.signum() == 0 ? Optional.empty() : Optional.of(dear.divide(cheap, 2, RoundingMode.HALF_UP));
    }
}
