package io.millrace.it.simulation;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseBoard.Row;
import io.millrace.checkpoint.lease.LeaseBoard.Sharing;
import io.millrace.checkpoint.lease.LeaseStore.Beat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The leases as they are committed: the rows of two tables, judged by a clock that is passed in. */
final class SimulatedLeases {
    private final Map<String, Lease> leases = new TreeMap<>();
    private final Map<UUID, Member> members = new TreeMap<>();

    private static final class Lease {
        @Nullable
        Instance holder;

        long epoch;
        long from;
        long until;

        @Nullable
        Instance claimant;

        long claimedFrom;
        long claimedUntil;

        boolean isLive(long now) {
            return from <= now && now < until;
        }

        Optional<Instance> claimant(long now) {
            return claimedFrom <= now && now < claimedUntil ? Optional.ofNullable(claimant) : Optional.empty();
        }

        void endClaimOf(Instance instance) {
            if (instance.equals(claimant)) {
                claimant = null;
            }
        }

        boolean isHeldBy(Instance instance) {
            return instance.equals(holder);
        }
    }

    private record Member(Sharing sharing, long from, long until) {}

    void renew(Beat beat, long now) {
        long until = now + beat.validFor().toNanos();
        if (beat.bid() == Bid.SHARE) {
            members.put(beat.self().id(), new Member(new Sharing(beat.self(), beat.givenUp()), now, until));
        }
        beat.held().forEach((projection, epoch) -> {
            Lease lease = lease(projection);
            if (lease.isHeldBy(beat.self()) && lease.epoch == epoch) {
                lease.from = now;
                lease.until = until;
            }
        });
        beat.claimed().forEach(projection -> {
            Lease lease = lease(projection);
            if (lease.claimant(now).filter(one -> !one.equals(beat.self())).isEmpty()) {
                lease.claimant = beat.self();
                lease.claimedFrom = now;
                lease.claimedUntil = until;
            }
        });
    }

    OptionalLong take(Instance self, String projection, long checkpointEpoch, Duration validFor, long now) {
        Lease lease = lease(projection);
        boolean isAnothers =
                lease.claimant(now).filter(one -> !one.equals(self)).isPresent();
        if (isAnothers || (lease.isLive(now) && !lease.isHeldBy(self))) {
            return OptionalLong.empty();
        }
        lease.claimant = null;
        lease.holder = self;
        lease.epoch = Math.max(lease.epoch, checkpointEpoch) + 1;
        lease.from = now;
        lease.until = now + validFor.toNanos();
        return OptionalLong.of(lease.epoch);
    }

    void release(Instance self, String projection, long epoch) {
        Lease lease = lease(projection);
        if (lease.isHeldBy(self) && lease.epoch == epoch) {
            lease.holder = null;
            lease.until = lease.from;
        }
    }

    void leave(Instance self) {
        members.remove(self.id());
        leases.values().forEach(lease -> lease.endClaimOf(self));
    }

    LeaseBoard board(long now) {
        List<Sharing> sharing = new ArrayList<>();
        members.values().stream()
                .filter(member -> member.from <= now && now < member.until)
                .forEach(member -> sharing.add(member.sharing));
        Map<String, Row> rows = new TreeMap<>();
        leases.forEach((name, lease) -> rows.put(
                name,
                new Row(
                        Optional.ofNullable(lease.holder),
                        lease.epoch,
                        lease.isLive(now) ? Duration.ofNanos(lease.until - now) : Duration.ZERO,
                        lease.claimant(now))));
        return new LeaseBoard(sharing, rows);
    }

    /** Who took it last, if that was not released. */
    Optional<Instance> holder(String projection) {
        return Optional.ofNullable(lease(projection).holder);
    }

    private Lease lease(String projection) {
        return leases.computeIfAbsent(projection, name -> new Lease());
    }
}
