package io.millrace.bench.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Another order in each round, the same in each run, so that nobody always follows the same neighbour. For one thread. */
public final class Turns {
    private final SplittableRandom random = new SplittableRandom(1);

    /** The same elements in the order of the next round. */
    public <T> List<T> next(List<T> all) {
        List<T> order = new ArrayList<>(all);
        for (int i = order.size(); i > 1; i--) {
            Collections.swap(order, i - 1, random.nextInt(i));
        }
        return order;
    }
}
