package io.millrace.batching;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where events are decoded, handled and folded ahead of their batch, and when that is worth it.
 *
 * @param threads runs chunks of events, in any order, or never; shared by as many projectors as there are
 * @param backlog how many events have to wait before others' threads are asked: fewer are handled sooner than handed over
 * @param chunkEvents how many events are handed over, or folded on the projector's own thread, at once, at most
 * @param mostChunks how many chunks are ahead of the fold at most; 0 for none
 */
public record HandlingAhead(Executor threads, int backlog, int chunkEvents, int mostChunks) {
    private static final int BACKLOG = 1_000;
    /** Many times the rows that events of a few hundred keys change: each row of a chunk is made for it, and merged. */
    private static final int CHUNK_EVENTS = 5_000;
    /** So many that a thread that takes a millisecond to wake up still finds some: each is two of them to work on. */
    private static final int CHUNKS_PER_THREAD = 4;
    /** One thread folds what these handle, and folding takes about a quarter of the time. */
    private static final int MOST_THREADS = 4;

    /** The projector's thread handles every event itself. */
    public static final HandlingAhead NONE = new HandlingAhead(Runnable::run, 1, CHUNK_EVENTS, 0);

    private static final HandlingAhead SHARED =
            onThreads(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() - 1));

    public HandlingAhead {
        if (backlog < 1 || chunkEvents < 1 || mostChunks < 0) {
            throw new IllegalArgumentException("expected backlog >= 1, chunkEvents >= 1 and mostChunks >= 0: backlog="
                    + backlog + ", chunkEvents=" + chunkEvents + ", mostChunks=" + mostChunks);
        }
    }

    /** On threads that all projectors of the program share: one fewer than the machine has processors, at most four. */
    public static HandlingAhead shared() {
        return SHARED;
    }

    private static HandlingAhead onThreads(int count) {
        if (count < 1) {
            return NONE;
        }
        // What finds no room is dropped: its projector comes to it by itself. What waits here may have been worked on.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(4 * CHUNKS_PER_THREAD * count),
                HandlingAhead::daemon,
                new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
        return new HandlingAhead(threads, BACKLOG, CHUNK_EVENTS, CHUNKS_PER_THREAD * count);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "millrace-handle");
        thread.setDaemon(true);
        return thread;
    }
}
