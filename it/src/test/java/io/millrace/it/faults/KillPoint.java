package io.millrace.it.faults;

import io.millrace.it.faults.FlushProxy.Step;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Where in a flush a projector is killed. */
enum KillPoint {
    BEFORE_SEND(Step.BEFORE_SEND),
    HALF_SENT(Step.HALF_SENT),
    SENT(Step.SENT),
    COMMITTED(Step.COMMITTED),
    BEFORE_ACKNOWLEDGEMENT(Step.BEFORE_ACKNOWLEDGEMENT),
    /** Some microseconds after a flush has begun: in it, or in what follows it. */
    ANY_MOMENT(null);

    private static final KillPoint[] ALL = values();

    private final Optional<Step> step;

    KillPoint(@org.jspecify.annotations.Nullable Step step) {
        this.step = Optional.ofNullable(step);
    }

    Optional<Step> step() {
        return step;
    }

    /** One in eleven at any moment, the others at the steps. */
    static KillPoint drawn(RandomGenerator random) {
        int at = random.nextInt(2 * (ALL.length - 1) + 1);
        return ALL[at / 2];
    }
}
