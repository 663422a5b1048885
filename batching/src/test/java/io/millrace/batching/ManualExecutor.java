package io.millrace.batching;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** Runs what it is given when the test says so; or at once, if {@code immediate}. */
final class ManualExecutor implements Executor {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    boolean immediate = true;

    @Override
    public void execute(Runnable work) {
        if (immediate) {
            work.run();
        } else {
            waiting.add(work);
        }
    }

    int waiting() {
        return waiting.size();
    }

    void runOne() {
        waiting.remove().run();
    }
}
