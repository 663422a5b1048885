package io.millrace.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The projections that run side by side; one that ends does not stop the others. Used by one thread. */
final class Projections implements AutoCloseable {
    /** Of the 10 s that a stop may take, what is left for closing connections and embedded servers. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(7);

    private final List<ProjectionRun> runs = new ArrayList<>();

    void start(ProjectionRun run) {
        runs.add(run);
        run.start();
    }

    /** Waits until none is left, or until the stop; then stops those that are left, all at once. */
    void awaitEnd(StopSignal stop) {
        CompletableFuture<?>[] ends = runs.stream().map(ProjectionRun::ended).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.anyOf(CompletableFuture.allOf(ends), stop.raised()).join();
        stop();
    }

    private void stop() {
        ExecutorService stopping = Executors.newCachedThreadPool();
        try {
            CompletableFuture.allOf(runs.stream()
                            .map(run -> CompletableFuture.runAsync(() -> run.stop(STOP_WITHIN), stopping))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            stopping.shutdown();
        }
    }

    boolean areAllRunning() {
        return runs.stream().noneMatch(run -> run.ended().isDone());
    }

    List<RunSummary> summaries() {
        return runs.stream().map(ProjectionRun::summary).toList();
    }

    List<ExitCode> exitCodes() {
        return runs.stream().map(ProjectionRun::exitCode).toList();
    }

    @Override
    public void close() {
        stop();
        runs.forEach(ProjectionRun::close);
    }
}
