package io.millrace.cost;

import java.math.BigDecimal;

/**
 * What statements cost, in units. The reference price list prices the reference stream at 7250, 7200, 508.5 and 162.0
 * units: a statement and a checkpoint per event, no checkpoint without a handled event, batched, batched and folded.
 *
 * @param single a statement sent alone; so also a move of the checkpoint alone
 * @param batch a batch, whatever is in it
 * @param perStatement each statement in a batch, the checkpoint's included
 */
public record PriceList(BigDecimal single, BigDecimal batch, BigDecimal perStatement) {
    public static final PriceList REFERENCE = new PriceList(BigDecimal.ONE, BigDecimal.ONE, new BigDecimal("0.1"));

    public PriceList {
        if (single.signum() < 0 || batch.signum() < 0 || perStatement.signum() < 0) {
            throw new IllegalArgumentException(
                    "expected prices >= 0: single=" + single + ", batch=" + batch + ", perStatement=" + perStatement);
        }
    }

    /** What that many statements cost that are sent one by one. */
    public BigDecimal singles(long statements) {
        return single.multiply(BigDecimal.valueOf(statements));
    }

    /** What that many batches cost that have that many statements in all, their checkpoints included. */
    public BigDecimal batches(long batches, long statements) {
        return batch.multiply(BigDecimal.valueOf(batches)).add(perStatement.multiply(BigDecimal.valueOf(statements)));
    }
}
