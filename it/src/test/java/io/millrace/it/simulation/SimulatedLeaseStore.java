package io.millrace.it.simulation;

import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.checkpoint.lease.LeaseStoreException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A process's own connection for its leases. */
final class SimulatedLeaseStore implements LeaseStore {
    private static final Duration LATENCY = Duration.ofMillis(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final SimulatedDatabase database;
    private final SimulatedProcess client;

    SimulatedLeaseStore(SimulatedDatabase database, SimulatedProcess client) {
        this.database = database;
        this.client = client;
    }

    @Override
    public LeaseBoard renew(Beat beat) {
        return asked(() -> {
            long now = database.clockNanos();
            database.commit(state -> state.leases.renew(beat, now));
            return database.state().leases.board(now);
        });
    }

    @Override
    public OptionalLong take(Instance self, String projection, Duration validFor) {
        return asked(() -> {
            long now = database.clockNanos();
            boolean heldBefore = database.state().leases.holder(projection).isPresent();
            OptionalLong[] epoch = new OptionalLong[1];
            database.commit(state -> epoch[0] = state.leases.take(
                    self, projection, state.checkpoint(projection).epoch(), validFor, now));
            epoch[0].ifPresent(taken -> {
                database.world.safety.granted(taken);
                database.world.met.state(heldBefore ? Met.Expected.LEASE_TAKEN_OVER : Met.Expected.LEASE_TAKEN);
                database.world.trace(() -> client + " takes the lease of " + projection + ", epoch " + taken);
            });
            return epoch[0];
        });
    }

    @Override
    public void release(Instance self, String projection, long epoch) {
        asked(() -> {
            database.commit(state -> state.leases.release(self, projection, epoch));
            return true;
        });
    }

    @Override
    public void leave(Instance self) {
        asked(() -> {
            database.commit(state -> state.leases.leave(self));
            return true;
        });
    }

    private <T> T asked(Supplier<T> question) {
        travel();
        if (database.faults.strikes(Fault.LEASE_REQUEST_LOST)) {
            throw lost();
        }
        T answer = question.get();
        if (database.faults.strikes(Fault.LEASE_REPLY_LOST)) {
            throw lost();
        }
        travel();
        return answer;
    }

    private void travel() {
        client.await(database.faults.latency(LATENCY));
        if (database.isAway()) {
            throw lost();
        }
    }

    private LeaseStoreException lost() {
        client.await(database.faults.latency(TIMEOUT));
        return new LeaseStoreException("the connection was lost", new IllegalStateException("simulated"));
    }

    @Override
    public void close() {}
}
