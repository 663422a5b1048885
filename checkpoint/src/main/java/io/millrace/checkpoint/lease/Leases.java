package io.millrace.checkpoint.lease;

import io.millrace.checkpoint.lease.Tenure.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides for one instance which projections it runs: renews what it holds, takes what is free up to its fair share,
 * hands over what is above that, and stands by for the rest.
 *
 * <p>A state machine without a thread, a clock or a sleep of its own. One thread calls {@link #step} again and again,
 * and may pause for {@link #nanosUntilDue}. {@link #ended} and {@link #stop} may be called by any thread, which then
 * wakes that one.
 *
 * <p>Nothing that is safe rests on it: a checkpoint moves only under its own epoch, which each take-over raises. What
 * rests on it is that instances don't fence each other all day, and that somebody runs each projection.
 */
public final class Leases {
    private final Instance self;
    private final Bid bid;
    private final LeaseTimes times;
    private final LeaseStore store;
    private final LeaseListener listener;
    private final LongSupplier nanoClock;
    private final Map<String, Tenure> tenures = new LinkedHashMap<>();
    private final Map<String, Long> toRelease = new LinkedHashMap<>();
    private final Queue<Ended> endings = new ConcurrentLinkedQueue<>();
    private volatile boolean stopAsked;
    private volatile boolean hasEnded;
    private boolean leaving;
    private boolean left;
    private boolean unreachable;
    private long dueNanos;

    /** What becomes of a projection whose work has ended. */
    public enum Then {
        /** This instance may take it again. */
        STAND_BY,
        /** It cannot run it: others may. */
        GIVE_UP
    }

    private record Ended(String projection, Then then) {}

    /**
     * @param projections those that this instance can run
     * @param nanoClock in nanoseconds from any origin; never goes back
     */
    public Leases(
            Instance self,
            Collection<String> projections,
            Bid bid,
            LeaseTimes times,
            LeaseStore store,
            LeaseListener listener,
            LongSupplier nanoClock) {
        this.self = self;
        this.bid = bid;
        this.times = times;
        this.store = store;
        this.listener = listener;
        this.nanoClock = nanoClock;
        projections.forEach(name -> tenures.put(name, new Tenure()));
        this.dueNanos = nanoClock.getAsLong();
    }

    /**
     * Does what there is to do now. Blocks only while the store answers.
     *
     * @return whether there was something; if not, nothing will be until {@link #nanosUntilDue} have passed, or
     *     {@link #ended} or {@link #stop} was called
     */
    public boolean step() {
        if (hasEnded) {
            return false;
        }
        boolean worked = expire();
        worked |= heedEndings();
        worked |= beginToLeave();
        if (worked || dueNanos - nanoClock.getAsLong() <= 0) {
            askTheStore();
            return true;
        }
        return false;
    }

    // ---- what needs no store

    /** A lease that we could not renew is not ours to rely on, whatever the store says of it. */
    private boolean expire() {
        long now = nanoClock.getAsLong();
        List<String> expired = names(tenure -> tenure.isOurs() && tenure.nanosValid(now) <= 0);
        expired.forEach(name -> drop(
                name, "the lease could not be renewed for " + times.validFor().toMillis() + " ms"));
        return !expired.isEmpty();
    }

    private void drop(String name, String why) {
        tenure(name).enter(State.DROPPED);
        listener.lost(name, why);
    }

    private boolean heedEndings() {
        boolean some = false;
        for (Ended ended = endings.poll(); ended != null; ended = endings.poll()) {
            Tenure tenure = tenure(ended.projection());
            if (tenure.isOurs()) {
                toRelease.put(ended.projection(), tenure.epoch());
            }
            tenure.enter(ended.then() == Then.GIVE_UP ? State.GIVEN_UP : State.STANDBY);
            some = true;
        }
        return some;
    }

    private boolean beginToLeave() {
        if (!stopAsked || leaving) {
            return false;
        }
        leaving = true;
        names(tenure -> tenure.state() == State.HELD).forEach(name -> handOver(name, "this instance stops"));
        return true;
    }

    private void handOver(String name, String why) {
        tenure(name).enter(State.ENDING);
        listener.handOver(name, why);
    }

    // ---- what does

    private void askTheStore() {
        try {
            release();
            if (leaving && !left) {
                store.leave(self);
                left = true;
            }
            if (leaving
                    && names(tenure -> tenure.isOurs() || tenure.state() == State.DROPPED)
                            .isEmpty()) {
                hasEnded = true;
                return;
            }
            LeaseBoard board = renew();
            dueNanos = nanoClock.getAsLong() + times.renewEvery().toNanos();
            if (!leaving) {
                heed(board);
            }
            answered();
        } catch (LeaseStoreException e) {
            failed(e);
        }
    }

    private void release() {
        for (Map.Entry<String, Long> lease : List.copyOf(toRelease.entrySet())) {
            store.release(self, lease.getKey(), lease.getValue());
            toRelease.remove(lease.getKey());
        }
    }

    /** The validity counts from before the request: the store's own can only begin later. */
    private LeaseBoard renew() {
        long asked = nanoClock.getAsLong();
        Map<String, Long> held = names(Tenure::isOurs).stream()
                .collect(Collectors.toMap(name -> name, name -> tenure(name).epoch()));
        LeaseBoard board = store.renew(new LeaseStore.Beat(
                self,
                leaving ? Bid.IF_FREE : bid,
                held,
                leaving || bid != Bid.CLAIM ? Set.of() : Set.copyOf(names(tenure -> tenure.state() == State.STANDBY)),
                Set.copyOf(names(tenure -> tenure.state() == State.GIVEN_UP)),
                times.validFor()));
        held.forEach((name, epoch) -> {
            LeaseBoard.Row lease = board.of(name);
            if (lease.isHeldBy(self) && lease.epoch() == epoch) {
                tenure(name).renewed(asked + times.validFor().toNanos());
            } else {
                drop(name, "the lease is not ours any more" + heldBy(lease));
            }
        });
        return board;
    }

    static String heldBy(LeaseBoard.Row lease) {
        return lease.holder()
                .filter(holder -> lease.isLive())
                .map(holder -> ": it is held by " + holder + " (epoch " + lease.epoch() + ")")
                .orElse("");
    }

    private void heed(LeaseBoard board) {
        for (String name : names(tenure -> tenure.state() == State.HELD)) {
            board.of(name)
                    .claimant()
                    .filter(claimant -> !claimant.id().equals(self.id()))
                    .ifPresent(claimant -> handOver(name, claimant + " asks for it"));
        }
        int share = bid == Bid.SHARE ? FairShare.of(self, tenures.keySet(), board.sharing()) : tenures.size();
        handOverAbove(share);
        take(board, share);
        standBy(board);
    }

    private void handOverAbove(int share) {
        List<String> held = names(tenure -> tenure.state() == State.HELD);
        for (String name : held.subList(Math.min(share, held.size()), held.size())) {
            handOver(name, "another instance shall have its share");
        }
    }

    private void take(LeaseBoard board, int share) {
        for (String name : names(tenure -> tenure.state() == State.STANDBY)) {
            boolean isDue = dueNanos - nanoClock.getAsLong() <= 0;
            if (isDue || names(Tenure::isOurs).size() >= share) {
                return;
            }
            if (board.of(name).isFreeFor(self)) {
                long asked = nanoClock.getAsLong();
                OptionalLong epoch = store.take(self, name, times.validFor());
                if (epoch.isPresent()) {
                    tenure(name)
                            .hold(epoch.getAsLong(), asked + times.validFor().toNanos());
                    listener.granted(name, epoch.getAsLong());
                }
            }
        }
    }

    /** Looks again each time that it renews, and just when a lease that it waits for runs out. */
    private void standBy(LeaseBoard board) {
        long now = nanoClock.getAsLong();
        for (String name : names(tenure -> tenure.state() == State.STANDBY)) {
            LeaseBoard.Row lease = board.of(name);
            if (tenure(name).shows(lease)) {
                listener.standsBy(name, lease);
            }
            if (lease.isLive()) {
                long runsOut = now + lease.remaining().toNanos();
                dueNanos = runsOut - dueNanos < 0 ? runsOut : dueNanos;
            }
        }
    }

    private void answered() {
        if (unreachable) {
            unreachable = false;
            listener.reachable();
        }
    }

    private void failed(LeaseStoreException cause) {
        long now = nanoClock.getAsLong();
        dueNanos = now + times.retryEvery().toNanos();
        if (!unreachable) {
            unreachable = true;
            listener.unreachable(cause);
        }
        if (leaving
                && names(tenure -> tenure.isOurs() || tenure.state() == State.DROPPED)
                        .isEmpty()) {
            hasEnded = true; // what could not be released runs out by itself
        }
    }

    // ---- for the world around it

    /** The work of a projection has ended: cleanly, dropped, or by itself. */
    public void ended(String projection, Then then) {
        if (!tenures.containsKey(projection)) {
            throw new IllegalArgumentException("expected one of " + tenures.keySet() + ": projection=" + projection);
        }
        endings.add(new Ended(projection, then));
    }

    /** Asks it to hand over everything, and to end when that is done. */
    public void stop() {
        stopAsked = true;
    }

    /** Whether it holds nothing any more, after a stop; {@link #step} does nothing then. */
    public boolean hasEnded() {
        return hasEnded;
    }

    /** Whether this instance may take the projection's lease for its own at this moment. By the stepping thread. */
    public boolean holds(String projection) {
        Tenure tenure = tenure(projection);
        return tenure.isOurs() && tenure.nanosValid(nanoClock.getAsLong()) > 0;
    }

    /** For how long there is nothing to do; to be asked by the thread that steps. */
    public long nanosUntilDue() {
        if (hasEnded) {
            return Long.MAX_VALUE;
        }
        if (!endings.isEmpty() || stopAsked != leaving) {
            return 0;
        }
        long now = nanoClock.getAsLong();
        long due = dueNanos - now;
        for (Tenure tenure : tenures.values()) {
            due = tenure.isOurs() ? Math.min(due, tenure.nanosValid(now)) : due;
        }
        return Math.max(0, due);
    }

    private Tenure tenure(String name) {
        Tenure found = tenures.get(name);
        if (found == null) {
            throw new IllegalStateException("expected one of " + tenures.keySet() + ": projection=" + name);
        }
        return found;
    }

    private List<String> names(Predicate<Tenure> which) {
        Set<String> names = new LinkedHashSet<>();
        tenures.forEach((name, tenure) -> {
            if (which.test(tenure)) {
                names.add(name);
            }
        });
        return new ArrayList<>(names);
    }
}
