package io.millrace.eventstore;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/**
 * Appends events, many appends at a time: those to one stream one after the other in the order in which they were given,
 * those to different streams at once. Safe for use by several threads.
 */
public final class EventAppender {
    /** Appends begun and not ended: enough to keep a store busy, few enough to be held in memory. */
    private static final int MAX_UNFINISHED = 64;

    private final GrpcAppends appends;
    private final ConcurrentMap<String, CompletableFuture<Appended>> lastOfStream = new ConcurrentHashMap<>();
    private final Semaphore unfinished = new Semaphore(MAX_UNFINISHED);

    EventAppender(Transport transport) {
        this.appends = new GrpcAppends(transport);
    }

    /**
     * Appends these events to the stream, all or none. Blocks while {@value #MAX_UNFINISHED} appends are under way, so
     * that it must not be called by what runs when one is done.
     * When an append fails, those that were given for the same stream meanwhile fail with the same exception: nothing
     * is written behind a gap.
     *
     * <p>An append that may or may not have been written ({@code UNREACHABLE}) can be given again with the same event
     * ids, as a whole: the store writes it once.
     *
     * @return done when the store has written; fails with an {@link AppendException}
     */
    public CompletableFuture<Appended> append(String stream, ExpectedRevision expected, List<NewEvent> events) {
        if (stream.isEmpty() || events.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a stream and at least one event: stream=" + stream + ", events=" + events.size());
        }
        GrpcAppends.Request request = GrpcAppends.request(stream, expected, events);
        try {
            unfinished.acquire();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(GrpcAppends.notSent(stream, "interrupted", interrupt));
        }
        CompletableFuture<Appended> result = new CompletableFuture<>();
        CompletableFuture<Appended> before = lastOfStream.put(stream, result);
        var unusedEnd = result.whenComplete((appended, error) -> {
            lastOfStream.remove(stream, result);
            unfinished.release();
        });
        if (before == null) {
            appends.send(request, result);
        } else {
            var unusedTurn = before.whenComplete((appended, error) -> {
                if (error == null) {
                    appends.send(request, result);
                } else {
                    result.completeExceptionally(error);
                }
            });
        }
        return result.copy();
    }

    /** Appends and waits. @throws AppendException when it was not appended, or nobody knows */
    public Appended appendNow(String stream, ExpectedRevision expected, List<NewEvent> events) {
        try {
            return append(stream, expected, events).join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof AppendException known ? known : failure;
        }
    }

    void close() {
        appends.close();
    }
}
