package io.millrace.batching;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one. What one of them throws is logged, and neither the others nor the projector feel it. */
final class Listeners implements ProjectorListener {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<ProjectorListener> all;

    Listeners(List<ProjectorListener> all) {
        this.all = List.copyOf(all);
    }

    @Override
    public void received(int events, long bytes) {
        tell(listener -> listener.received(events, bytes));
    }

    @Override
    public void folded(int waiting) {
        tell(listener -> listener.folded(waiting));
    }

    @Override
    public void flushed(Batch batch, int attempt) {
        tell(listener -> listener.flushed(batch, attempt));
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        tell(listener -> listener.committed(batch, outcome, took));
    }

    @Override
    public void failed(Batch batch, CommitOutcome outcome) {
        tell(listener -> listener.failed(batch, outcome));
    }

    @Override
    public void strained(boolean far) {
        tell(listener -> listener.strained(far));
    }

    @Override
    public void stateChanged(ProjectorState from, ProjectorState to) {
        tell(listener -> listener.stateChanged(from, to));
    }

    private void tell(Consumer<ProjectorListener> call) {
        for (ProjectorListener listener : all) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("Listener {} threw; the projector goes on.", listener, e);
            }
        }
    }
}
