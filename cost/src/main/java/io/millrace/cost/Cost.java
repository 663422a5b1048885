package io.millrace.cost;

import java.math.BigDecimal;

/**
 * What committed batches cost. Moves of the checkpoint alone are counted apart, in the last two.
 *
 * @param units of the batches
 * @param checkpointOnly how often the checkpoint moved alone
 * @param checkpointOnlyUnits of those moves
 */
public record Cost(
        long batches,
        long statements,
        long roundTrips,
        BigDecimal units,
        long checkpointOnly,
        BigDecimal checkpointOnlyUnits) {}
