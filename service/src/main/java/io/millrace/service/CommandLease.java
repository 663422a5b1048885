package io.millrace.service;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseListener;
import io.millrace.checkpoint.lease.LeaseRunner;
import io.millrace.checkpoint.lease.LeaseTimes;
import io.millrace.checkpoint.lease.Leases.Then;
import io.millrace.sql.PostgresStore;
import io.millrace.sql.StartRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The lease of one projection for a command that writes it while a service may run: the service is asked for it, ends
 * its projector cleanly, and goes on when this is closed. Renewed by a thread of its own.
 */
public final class CommandLease implements AutoCloseable {
    /** A clean stop may take 10 s, and the lease of one that died 4 s to run out. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String projection;
    private final LeaseRunner leases;
    private final CompletableFuture<Long> epoch = new CompletableFuture<>();
    private volatile boolean lost;
    private volatile String heldBy = "nobody";

    private CommandLease(PostgresStore store, String projection, Bid bid) {
        this.projection = projection;
        this.leases = new LeaseRunner(
                PostgresStore.thisInstance(), List.of(projection), bid, LeaseTimes.DEFAULT, store.leases(), new Told());
    }

    /**
     * Asks whoever holds it to hand it over, and waits for that.
     *
     * @throws StartRefusedException if it is not handed over in time
     */
    public static CommandLease claim(PostgresStore store, String projection) {
        store.prepareLeases(List.of());
        CommandLease lease = new CommandLease(store, projection, Bid.CLAIM);
        lease.leases.start();
        try {
            lease.epoch.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return lease;
        } catch (TimeoutException e) {
            lease.close();
            throw new StartRefusedException(
                    StartRefusedException.Reason.WRITER_RUNNING,
                    "projection " + projection + " was not handed over within " + PATIENCE.toSeconds()
                            + " s; its lease is held by: " + lease.heldBy,
                    e);
        } catch (InterruptedException e) {
            lease.close();
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } catch (ExecutionException e) {
            lease.close();
            throw new IllegalStateException("the lease cannot be taken: " + e.getCause(), e);
        }
    }

    /** What to write under. */
    public long epoch() {
        return epoch.join();
    }

    /** Whether somebody else may hold it by now; what is written under it is refused then. */
    public boolean isLost() {
        return lost;
    }

    private final class Told implements LeaseListener {
        @Override
        public void granted(String name, long granted) {
            if (!epoch.complete(granted)) {
                leases.ended(projection, Then.GIVE_UP); // once lost, it is lost
            }
        }

        @Override
        public void handOver(String name, String why) {
            // The command ends by itself soon.
        }

        @Override
        public void lost(String name, String why) {
            lost = true;
            leases.ended(projection, Then.GIVE_UP);
        }

        @Override
        public void standsBy(String name, LeaseBoard.Row lease) {
            heldBy = lease.holder().map(Object::toString).orElse("nobody");
        }

        @Override
        public void failed(Throwable cause) {
            lost = true;
            epoch.completeExceptionally(cause);
        }
    }

    /** Gives it back. */
    @Override
    public void close() {
        leases.stop();
        if (epoch.isDone()) {
            leases.ended(projection, Then.STAND_BY);
        }
        leases.close();
    }
}
