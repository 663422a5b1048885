package io.millrace.checkpoint.lease;

import io.millrace.checkpoint.lease.LeaseBoard.Row;
import io.millrace.checkpoint.lease.LeaseBoard.Sharing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;

/** The leases of one database, kept in memory by the clock of a test, which may jump. */
final class MemoryLeaseStore {
    private static final Instance NOBODY = new Instance(new UUID(0, 0), "nowhere", 0);

    private final LongSupplier nanoClock;
    private final Map<String, Lease> leases = new TreeMap<>();
    private final Map<UUID, Member> members = new TreeMap<>();

    MemoryLeaseStore(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private static final class Span {
        long from;
        long until;

        boolean isLive(long now) {
            return from <= now && now < until;
        }

        void renew(long now, Duration validFor) {
            from = now;
            until = now + validFor.toNanos();
        }

        void end() {
            until = from;
        }
    }

    private static final class Lease {
        Instance holder = NOBODY;
        long epoch;
        final Span held = new Span();
        Instance claimant = NOBODY;
        final Span claimed = new Span();
    }

    private static final class Member {
        final Sharing sharing;
        final Span lives = new Span();

        Member(Sharing sharing) {
            this.sharing = sharing;
        }
    }

    /** Who holds a live lease of this projection. */
    Optional<Instance> holder(String projection) {
        Lease lease = leases.get(projection);
        return lease != null && lease.held.isLive(nanoClock.getAsLong()) ? Optional.of(lease.holder) : Optional.empty();
    }

    long epoch(String projection) {
        return leases.containsKey(projection) ? lease(projection).epoch : 0;
    }

    private Lease lease(String projection) {
        return leases.computeIfAbsent(projection, name -> new Lease());
    }

    /** What can go wrong on the way to it. */
    interface Line {
        /** Throws where the request is lost. */
        void request();

        /** Throws where the answer is lost. */
        void answer();

        Line GOOD = new Line() {
            @Override
            public void request() {}

            @Override
            public void answer() {}
        };
    }

    LeaseStore over(Line line) {
        return new Connection(line);
    }

    private final class Connection implements LeaseStore {
        private final Line line;

        Connection(Line line) {
            this.line = line;
        }

        @Override
        public LeaseBoard renew(Beat beat) {
            line.request();
            long now = nanoClock.getAsLong();
            if (beat.bid() == Bid.SHARE) {
                Member member = new Member(new Sharing(beat.self(), beat.givenUp()));
                member.lives.renew(now, beat.validFor());
                members.put(beat.self().id(), member);
            }
            beat.held().forEach((name, epoch) -> {
                Lease lease = lease(name);
                if (lease.holder.equals(beat.self()) && lease.epoch == epoch) {
                    lease.held.renew(now, beat.validFor());
                }
            });
            beat.claimed().forEach(name -> {
                Lease lease = lease(name);
                if (!lease.claimed.isLive(now) || lease.claimant.equals(beat.self())) {
                    lease.claimant = beat.self();
                    lease.claimed.renew(now, beat.validFor());
                }
            });
            LeaseBoard board = board(now);
            line.answer();
            return board;
        }

        private LeaseBoard board(long now) {
            List<Sharing> sharing = new ArrayList<>();
            members.values().stream()
                    .filter(member -> member.lives.isLive(now))
                    .forEach(member -> sharing.add(member.sharing));
            Map<String, Row> rows = new HashMap<>();
            leases.forEach((name, lease) -> rows.put(
                    name,
                    new Row(
                            Optional.of(lease.holder).filter(holder -> !holder.equals(NOBODY)),
                            lease.epoch,
                            lease.held.isLive(now) ? Duration.ofNanos(lease.held.until - now) : Duration.ZERO,
                            lease.claimed.isLive(now) ? Optional.of(lease.claimant) : Optional.empty())));
            return new LeaseBoard(sharing, rows);
        }

        @Override
        public OptionalLong take(Instance self, String projection, Duration validFor) {
            line.request();
            long now = nanoClock.getAsLong();
            Lease lease = lease(projection);
            boolean claimedByAnother = lease.claimed.isLive(now) && !lease.claimant.equals(self);
            boolean free = !claimedByAnother && (!lease.held.isLive(now) || lease.holder.equals(self));
            if (free) {
                lease.holder = self;
                lease.epoch++;
                lease.held.renew(now, validFor);
                lease.claimed.end();
            }
            line.answer();
            return free ? OptionalLong.of(lease.epoch) : OptionalLong.empty();
        }

        @Override
        public void release(Instance self, String projection, long epoch) {
            line.request();
            Lease lease = lease(projection);
            if (lease.holder.equals(self) && lease.epoch == epoch) {
                lease.holder = NOBODY;
                lease.held.end();
            }
            line.answer();
        }

        @Override
        public void leave(Instance self) {
            line.request();
            members.remove(self.id());
            leases.values().stream()
                    .filter(lease -> lease.claimant.equals(self))
                    .forEach(lease -> lease.claimed.end());
            line.answer();
        }

        @Override
        public void close() {}
    }

    static Set<String> projections(int count) {
        Set<String> names = new java.util.LinkedHashSet<>();
        for (int i = 1; i <= count; i++) {
            names.add("projection-" + i);
        }
        return names;
    }
}
