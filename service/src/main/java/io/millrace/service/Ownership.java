package io.millrace.service;

import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.sql.PostgresStore;
import java.util.Optional;

/**
 * Who runs a projection, and who would.
 *
 * @param isRunning whether anybody does; without leases nobody can be named
 * @param owner who holds its lease
 * @param epoch of the last lease; 0 if there never was one
 * @param standbys how many other programs would take it over
 * @param waitsFor whose locks its flush waits for
 */
record Ownership(boolean isRunning, Optional<String> owner, long epoch, long standbys, Optional<String> waitsFor) {

    static Ownership of(String projection, PostgresStore store) {
        LeaseBoard board = store.lookAtLeases();
        LeaseBoard.Row lease = board.of(projection);
        Optional<Instance> owner =
                lease.holder().filter(holder -> !lease.remaining().isZero());
        long standbys = board.sharing().stream()
                .filter(sharing -> !sharing.givenUp().contains(projection))
                .filter(sharing -> owner.map(Instance::id)
                        .filter(sharing.instance().id()::equals)
                        .isEmpty())
                .count();
        return new Ownership(
                owner.isPresent() || store.isBeingWritten(projection),
                owner.map(Instance::toString),
                lease.epoch(),
                standbys,
                store.blockersOf(projection));
    }
}
