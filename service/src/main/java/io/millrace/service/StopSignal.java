package io.millrace.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Says that the program shall stop: Ctrl-C, {@code SIGTERM}, or a test. Safe for use by several threads. */
public final class StopSignal {
    private final CompletableFuture<Boolean> raised = new CompletableFuture<>();

    /** Asks for the stop; asking again changes nothing. */
    public void raise() {
        raised.complete(true);
    }

    public boolean isRaised() {
        return raised.isDone();
    }

    /** Waits for the stop, at most this long; returns whether it was asked for. */
    boolean await(Duration atMost) {
        try {
            return raised.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            throw new IllegalStateException("expected a signal that cannot fail", e);
        }
    }

    /** Done when the stop was asked for. */
    CompletableFuture<Boolean> raised() {
        return raised.copy();
    }
}
