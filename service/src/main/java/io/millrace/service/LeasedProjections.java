package io.millrace.service;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseListener;
import io.millrace.checkpoint.lease.LeaseRunner;
import io.millrace.checkpoint.lease.LeaseStoreException;
import io.millrace.checkpoint.lease.LeaseTimes;
import io.millrace.checkpoint.lease.Leases.Then;
import io.millrace.sql.PostgresStore;
import io.millrace.sql.StartRefusedException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The projections of one program, each run while its lease is ours; one that fails does not stop the others. */
final class LeasedProjections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedProjections.class);
    /** Each may commit what it has folded for 7 s. */
    private static final Duration STOP_WITHIN = Duration.ofMillis(7_500);

    private final Map<String, LeasedProjection> projections = new LinkedHashMap<>();
    private final Map<String, BlockerWatch> watches = new ConcurrentHashMap<>();
    private final ScheduledExecutorService watching = Executors.newSingleThreadScheduledExecutor();
    private final Bid bid;
    private final Instance self = PostgresStore.thisInstance();
    private final LeaseRunner leases;

    /** Begins one run of a projection. */
    @FunctionalInterface
    interface Start {
        Run under(String projection, long epoch, BlockerWatch watch);
    }

    /** Makes the database ready for leases; takes none yet. */
    LeasedProjections(PostgresStore store, Collection<String> names, Bid bid, Start start) {
        this.bid = bid;
        this.leases = new LeaseRunner(self, names, bid, LeaseTimes.DEFAULT, store.leases(), new Told());
        names.forEach(name -> projections.put(
                name,
                new LeasedProjection(
                        name, epoch -> begin(store, start, name, epoch), then -> ended(name, then), bid == Bid.SHARE)));
    }

    /** Watched from the first moment: taking over may have to wait, too. */
    private Run begin(PostgresStore store, Start start, String name, long epoch) {
        BlockerWatch watch = new BlockerWatch(store, name, epoch);
        watches.put(name, watch);
        Run run = start.under(name, epoch, watch);
        watch.ends();
        return run;
    }

    private void ended(String name, Then then) {
        watches.remove(name);
        leases.ended(name, then);
    }

    void start() {
        leases.start();
        var unused = watching.scheduleWithFixedDelay(
                () -> watches.values().forEach(BlockerWatch::look), 500, 500, TimeUnit.MILLISECONDS);
    }

    /** What the leases say goes to the projection that it is about. */
    private final class Told implements LeaseListener {
        private LeasedProjection of(String projection) {
            LeasedProjection found = projections.get(projection);
            if (found == null) {
                throw new IllegalArgumentException("expected one of " + projections.keySet() + ": " + projection);
            }
            return found;
        }

        @Override
        public void granted(String projection, long epoch) {
            LOG.info("{}: ours, epoch {}", projection, epoch);
            of(projection).begin(epoch);
        }

        @Override
        public void handOver(String projection, String why) {
            LOG.info("{}: handed over: {}", projection, why);
            of(projection).handOver(why);
        }

        @Override
        public void lost(String projection, String why) {
            of(projection).drop(why + "; what was folded is dropped");
        }

        @Override
        public void standsBy(String projection, LeaseBoard.Row lease) {
            boolean held = !lease.remaining().isZero() && !lease.holder().equals(Optional.of(self));
            String who = lease.holder().map(Instance::toString).orElse("nobody");
            LOG.info(
                    "{}: STANDBY: {}",
                    projection,
                    held ? who + " holds it, epoch " + lease.epoch() : "nobody holds it");
            if (held && bid == Bid.IF_FREE) {
                StartRefusedException refusal = heldBy(projection, who, lease.epoch());
                of(projection)
                        .abandon(
                                of(projection).hasBegun()
                                        ? new CommandFailure(
                                                ExitCode.FENCED, String.valueOf(refusal.getMessage()), refusal)
                                        : refusal);
            }
        }

        @Override
        public void unreachable(LeaseStoreException cause) {
            LOG.warn("{}", cause.getMessage());
        }

        @Override
        public void reachable() {
            LOG.info("The leases are renewed again.");
        }

        @Override
        public void failed(Throwable cause) {
            projections.values().forEach(projection -> {
                LOG.error("{}: FAILED: its lease is renewed no more", projection.name(), cause);
                projection.drop("its lease is renewed no more");
                projection.abandon(cause);
            });
        }
    }

    static StartRefusedException heldBy(String projection, String who, long epoch) {
        return new StartRefusedException(
                StartRefusedException.Reason.WRITER_RUNNING,
                "projection " + projection + " is being written: " + who + " holds its lease (epoch " + epoch
                        + "). Stop that one first");
    }

    /**
     * Makes sure that nobody writes this projection: a lease whose holder has died is waited for until it runs out.
     *
     * @throws StartRefusedException if it is held by somebody who lives
     */
    static void refuseIfHeld(PostgresStore store, String projection, StopSignal stop) {
        LeaseBoard.Row first = store.lookAtLeases().of(projection);
        LeaseBoard.Row now = first;
        while (!now.remaining().isZero()) {
            boolean renewed = now.epoch() != first.epoch() || now.remaining().compareTo(first.remaining()) > 0;
            if (renewed) {
                String who = now.holder().map(Instance::toString).orElse("somebody");
                throw heldBy(projection, who, now.epoch());
            }
            first = now;
            if (stop.await(Duration.ofMillis(200))) {
                throw new StoppedException();
            }
            now = store.lookAtLeases().of(projection);
        }
    }

    /** Waits until none can run here any more, or until the stop; then stops those that are left, all at once. */
    void awaitEnd(StopSignal stop) {
        CompletableFuture<?>[] ends =
                projections.values().stream().map(LeasedProjection::over).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.anyOf(CompletableFuture.allOf(ends), stop.raised()).join();
        stop();
    }

    private void stop() {
        leases.stop();
        try {
            leases.awaitEnd(STOP_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<RunSummary> summaries() {
        return projections.values().stream().map(LeasedProjection::summary).toList();
    }

    List<ExitCode> exitCodes() {
        return projections.values().stream().map(LeasedProjection::exitCode).toList();
    }

    /** Why one has never begun here, though it was to. */
    Optional<RuntimeException> refusal() {
        return projections.values().stream()
                .filter(projection -> !projection.hasBegun())
                .flatMap(projection -> projection.failure().stream())
                .filter(RuntimeException.class::isInstance)
                .map(RuntimeException.class::cast)
                .findFirst();
    }

    @Override
    public void close() {
        watching.shutdownNow();
        leases.close();
        projections.values().forEach(LeasedProjection::close);
    }
}
