package io.millrace.service;

import io.millrace.batching.ProjectorState;
import io.millrace.checkpoint.lease.Leases.Then;
import io.millrace.sql.PostgresException;
import io.millrace.sql.StartRefusedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One projection, which runs while its lease is ours: perhaps never, perhaps several times. What it is told it does one
 * after another on a thread of its own, since beginning and ending wait for the database. Safe for several threads.
 */
final class LeasedProjection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedProjection.class);
    /** Of the 10 s that a stop may take, what is left for closing connections and embedded servers. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(7);

    private final String name;
    private final Start start;
    private final Consumer<Then> ended;
    private final boolean logsRefusals;
    private final ExecutorService thread;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private volatile @Nullable Run run;
    private volatile boolean begun;
    private volatile boolean stopping;
    private volatile RunSummary done;
    private volatile @Nullable Throwable failure;

    /** Begins a run under an epoch. */
    @FunctionalInterface
    interface Start {
        Run under(long epoch);
    }

    /**
     * @param ended is told what shall become of the lease each time that a run has ended
     * @param logsRefusals whether nobody else says why it could not begin
     */
    LeasedProjection(String name, Start start, Consumer<Then> ended, boolean logsRefusals) {
        this.name = name;
        this.start = start;
        this.ended = ended;
        this.logsRefusals = logsRefusals;
        this.done = RunSummary.none(name);
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "millrace-lease-" + name);
            made.setDaemon(true);
            return made;
        });
    }

    String name() {
        return name;
    }

    // ---- what the leases say

    void begin(long epoch) {
        thread.execute(() -> {
            stopping = false;
            try {
                Run next = start.under(epoch);
                begun = true;
                run = next;
                next.start();
                var unused = next.ended().thenRun(() -> thread.execute(() -> end(next)));
            } catch (RuntimeException | Error e) {
                notBegun(e);
            }
        });
    }

    /** Whatever the reason, its lease is not kept for nobody. */
    private void notBegun(Throwable e) {
        if (passes(e)) {
            LOG.warn("{}: STANDBY: {}", name, e.getMessage());
            ended.accept(Then.STAND_BY);
        } else {
            boolean refused = e instanceof StartRefusedException || e instanceof PostgresException;
            if (logsRefusals || !refused) {
                LOG.error("{}: FAILED: {}", name, e.getMessage(), e);
            }
            Optional.ofNullable(run).ifPresent(this::closeQuietly);
            run = null;
            giveUp(e);
        }
    }

    /** Whether it may go better another time. */
    private static boolean passes(Throwable e) {
        return e instanceof PostgresException postgres
                ? postgres.kind() == PostgresException.Kind.UNREACHABLE
                : e instanceof StartRefusedException refused
                        && refused.reason() == StartRefusedException.Reason.LEASE_LOST;
    }

    private void closeQuietly(Run over) {
        try {
            over.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: it cannot be closed", name, e);
        }
    }

    private void giveUp(@Nullable Throwable cause) {
        failure = cause;
        ended.accept(Then.GIVE_UP);
        over.complete(true);
    }

    void handOver(String why) {
        thread.execute(() -> {
            stopping = true;
            Optional.ofNullable(run).ifPresent(running -> running.beginToStop(STOP_WITHIN));
            LOG.debug("{} is handed over: {}", name, why);
        });
    }

    void drop(String why) {
        thread.execute(() -> Optional.ofNullable(run).ifPresent(running -> running.fence(why)));
    }

    /** It will not run here any more. */
    void abandon(Throwable cause) {
        failure = cause;
        over.complete(true);
    }

    // ---- what the run says

    private void end(Run ending) {
        run = null;
        try {
            done = done.and(ending.summary());
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: what it has done is not known", name, e);
        }
        ProjectorState state = ending.state();
        if (state instanceof ProjectorState.Fenced) {
            ended.accept(Then.STAND_BY);
            closeQuietly(ending);
            return;
        }
        closeQuietly(ending); // before the lease is given back, so that the next one finds nobody
        if (state instanceof ProjectorState.Failed failed) {
            giveUp(failed.cause());
        } else if (stopping) {
            ended.accept(Then.STAND_BY);
        } else {
            giveUp(null);
        }
    }

    // ---- for the world around it

    /** Done when it will not run here again, by itself. */
    CompletableFuture<Boolean> over() {
        return over.copy();
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether it has ever run here. */
    boolean hasBegun() {
        return begun;
    }

    ExitCode exitCode() {
        return failure().map(Failures::exitCode).orElse(ExitCode.DONE);
    }

    /** What it has done in all its runs so far. */
    RunSummary summary() {
        Run running = run;
        return running == null ? done : done.and(running.summary());
    }

    @Override
    public void close() {
        thread.shutdown();
        Optional.ofNullable(run).ifPresent(left -> {
            left.fence("this program ends");
            left.close();
        });
    }
}
