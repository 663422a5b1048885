package io.millrace.eventstore;

import java.time.Duration;

/**
 * How long a reader waits for a store before it acts.
 *
 * @param answer for the answer to a single question
 * @param silence for anything at all to come over a subscription; then it asks whether there is something
 * @param sign for the first sign of life after that; without one the connection is dead
 */
record Patience(Duration answer, Duration silence, Duration sign) {
    /** In so many steps silence is measured: it is noticed this much late at most. */
    private static final int STEPS = 10;

    private static final Duration SHORTEST_STEP = Duration.ofMillis(10);

    /** For an event that is known to be there, and for the confirmation of a subscription. */
    Duration delivery() {
        return silence.plus(sign);
    }

    /**
     * For anything to come before the first caught-up. Shorter, since servers before 23.10, and those before 24.2 on an
     * empty stream, never say it, and the answer to the question stands in for it.
     */
    Duration silenceBeforeCaughtUp() {
        return silence.multipliedBy(2).dividedBy(5);
    }

    /** How often it is looked whether something came. */
    Duration step() {
        Duration step = silence.dividedBy(STEPS);
        return step.compareTo(SHORTEST_STEP) < 0 ? SHORTEST_STEP : step;
    }
}
