package io.millrace.it.faults;

import io.millrace.it.faults.FlushProxy.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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

    /**
     * One for each of so many kills: in any order, one in ten at any moment, which may miss the flush, and the others at
     * drawn steps of it.
     */
    static List<KillPoint> drawn(int kills, RandomGenerator random) {
        List<KillPoint> points = new ArrayList<>();
        for (int i = 0; i < kills; i++) {
            points.add(i % 10 == 9 ? ANY_MOMENT : ALL[random.nextInt(ALL.length - 1)]);
        }
        Collections.shuffle(points, new Random(random.nextLong()));
        return points;
    }
}
