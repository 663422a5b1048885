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
    /** Far beyond any sense; what is larger, or finer, would only make figures that nobody can read. */
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000);

    private static final int MOST_DECIMALS = 9;

    public static final PriceList REFERENCE = new PriceList(BigDecimal.ONE, BigDecimal.ONE, new BigDecimal("0.1"));

    public PriceList {
        requirePrice("single", single);
        requirePrice("batch", batch);
        requirePrice("perStatement", perStatement);
    }

    private static void requirePrice(String name, BigDecimal price) {
        if (price.signum() < 0 || price.compareTo(MOST) > 0 || price.scale() > MOST_DECIMALS) {
            throw new IllegalArgumentException("expected a price from 0 to " + MOST + " with at most " + MOST_DECIMALS
                    + " decimals: " + name + "=" + price);
        }
    }

    /** What that many statements cost that are sent one by one. */
    public BigDecimal singles(long statements) {
        return singles(BigDecimal.valueOf(statements));
    }

    /** The same with parts of statements: of one that several projections share, each has a part. */
    public BigDecimal singles(BigDecimal statements) {
        return single.multiply(statements);
    }

    /** What that many batches cost that have that many statements in all, their checkpoints included. */
    public BigDecimal batches(long batches, long statements) {
        return batches(BigDecimal.valueOf(batches), BigDecimal.valueOf(statements));
    }

    /** The same with parts of batches: of one that several projections share, each has a part. */
    public BigDecimal batches(BigDecimal batches, BigDecimal statements) {
        return batch.multiply(batches).add(perStatement.multiply(statements));
    }

    /** In words: {@code a single statement 1, a batch 1, each statement in it 0.1}. */
    public String describe() {
        return "a single statement " + single.toPlainString() + ", a batch " + batch.toPlainString()
                + ", each statement in it " + perStatement.toPlainString();
    }
}
