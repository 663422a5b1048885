package io.millrace.cost;

import io.millrace.projections.Projection;

/** A projection made other rows of the same events: it asks a clock, chance or what it keeps, and has no price. */
public final class ImpureProjectionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImpureProjectionException(Projection projection, Rung rung) {
        super("expected the same rows of the same events: projection " + projection.name()
                + " ended with other rows on rung " + rung.number()
                + " than on rung 1; its handlers must be pure (no clock, no randomness, nothing kept between events)");
    }
}
