package io.millrace.sql;

import io.millrace.batching.FlushReason;
import java.math.BigDecimal;

/**
 * What the flushes of one reason took, as it was counted with the checkpoint.
 *
 * @param events that changed something
 * @param changes that their handlers asked for
 * @param rows that were written: what the changes were folded to
 * @param statements the checkpoint's included
 * @param shares of the flushes: 1 for each that was its own, 1/n for one that n projections shared
 */
public record FlushCounts(
        FlushReason reason,
        long flushes,
        long events,
        long changes,
        long rows,
        long statements,
        long roundTrips,
        BigDecimal shares) {}
