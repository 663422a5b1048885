package io.millrace.checkpoint.lease;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Several instances on one database, in virtual time. */
final class LeaseWorld {
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

    final Set<String> projections;
    final MemoryLeaseStore store;
    final List<Node> nodes = new ArrayList<>();
    long nowNanos;
    /** What the database's clock is ahead by. */
    long databaseAheadNanos;

    LeaseWorld(int projections) {
        this.projections = MemoryLeaseStore.projections(projections);
        this.store = new MemoryLeaseStore(() -> nowNanos + databaseAheadNanos);
    }

    /** One instance with what it works on. */
    final class Node implements LeaseListener, MemoryLeaseStore.Line {
        final Instance self;
        final Leases leases;
        /** Epoch of what it works on. */
        final Map<String, Long> working = new LinkedHashMap<>();
        /** Work that was asked to end, and when it will have. */
        final Map<String, Long> endsAt = new LinkedHashMap<>();

        final List<String> told = new ArrayList<>();
        final Set<String> cannotRun = new LinkedHashSet<>();
        boolean dead;
        boolean frozen;
        boolean cutOff;
        boolean losesAnswers;
        long endingTakesNanos = TimeUnit.MILLISECONDS.toNanos(300);

        Node(Bid bid) {
            this.self = new Instance(new UUID(1, nodes.size() + 1), "host-" + (nodes.size() + 1), 1);
            this.leases =
                    new Leases(self, projections, bid, LeaseTimes.DEFAULT, store.over(this), this, () -> nowNanos);
        }

        @Override
        public void granted(String projection, long epoch) {
            if (working.put(projection, epoch) != null) {
                throw new AssertionError(self + " was granted " + projection + " twice");
            }
            told.add("granted " + projection);
            if (cannotRun.contains(projection)) {
                working.remove(projection);
                leases.ended(projection, Leases.Then.GIVE_UP);
            }
        }

        @Override
        public void handOver(String projection, String why) {
            told.add("hand over " + projection + ": " + why);
            endsAt.put(projection, nowNanos + endingTakesNanos);
        }

        @Override
        public void lost(String projection, String why) {
            told.add("lost " + projection + ": " + why);
            endsAt.put(projection, nowNanos);
        }

        @Override
        public void standsBy(String projection, LeaseBoard.Row lease) {
            told.add("stands by " + projection);
        }

        @Override
        public void unreachable(LeaseStoreException cause) {
            told.add("unreachable");
        }

        @Override
        public void reachable() {
            told.add("reachable");
        }

        @Override
        public void request() {
            if (cutOff) {
                throw new LeaseStoreException("cut off", new IllegalStateException());
            }
        }

        @Override
        public void answer() {
            if (losesAnswers) {
                throw new LeaseStoreException("no answer", new IllegalStateException());
            }
        }

        void tick() {
            if (dead || frozen) {
                return;
            }
            List.copyOf(endsAt.entrySet()).stream()
                    .filter(ending -> ending.getValue() <= nowNanos)
                    .forEach(ending -> end(ending.getKey()));
            while (leases.nanosUntilDue() <= 0) {
                leases.step();
            }
        }

        private void end(String name) {
            endsAt.remove(name);
            working.remove(name);
            leases.ended(name, Leases.Then.STAND_BY);
        }

        boolean believesToHold(String projection) {
            return !dead && leases.holds(projection);
        }
    }

    Node join() {
        return join(Bid.SHARE);
    }

    Node join(Bid bid) {
        Node node = new Node(bid);
        nodes.add(node);
        return node;
    }

    /** Lets time pass, and checks at each tick that nobody works beside somebody else who may. */
    void pass(long millis) {
        long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
        while (nowNanos < until) {
            tick();
        }
    }

    void tick() {
        nowNanos += TICK;
        nodes.forEach(Node::tick);
        projections.forEach(this::oneAtMostBelievesToHold);
    }

    private void oneAtMostBelievesToHold(String projection) {
        long believers =
                nodes.stream().filter(node -> node.believesToHold(projection)).count();
        if (believers > 1 && databaseAheadNanos == 0) {
            throw new AssertionError(believers + " instances take " + projection + " for theirs at "
                    + TimeUnit.NANOSECONDS.toMillis(nowNanos) + " ms");
        }
    }

    /** How long it takes until somebody else works on this, in milliseconds. */
    long millisUntilWorkedOnByAnother(Node node, String projection) {
        long from = nowNanos;
        while (nodes.stream()
                .noneMatch(other -> other != node && !other.dead && other.working.containsKey(projection))) {
            tick();
            if (nowNanos - from > TimeUnit.MINUTES.toNanos(1)) {
                throw new AssertionError("nobody takes " + projection);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - from);
    }
}
