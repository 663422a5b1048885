package io.millrace.it.simulation;

import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The projections of one program where they run together when they can: those that are granted together begin as one
 * group; whatever fails is done again by each alone, and they meet again when they are past it. By the rules that the
 * service has, on one thread as there, but at drawn moments, also where members stand far apart.
 */
final class Groups {
    private static final Duration GATHER = Duration.ofMillis(100);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    /** Often too short: then a flush is left under way. */
    private static final int REGROUP_WITHIN_MS = 7_000;

    private static final Duration ALONE = Duration.ofSeconds(10);
    private static final int MEETS_ANYWAY_ONCE_IN = 20;

    private final Program program;
    private final World world;
    private final SimulatedProcess process;
    private final Deque<Runnable> told = new ArrayDeque<>();
    private final Loop thread;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final List<Member> waiting = new ArrayList<>();
    private final List<Work> works = new ArrayList<>();
    private boolean gathers;

    /** One projection under one epoch, as long as it is ours. */
    private static final class Member {
        final Projection projection;
        final long epoch;
        Checkpoint standing;
        boolean hasParked;
        boolean stopping;
        boolean fenced;
        boolean over;
        Optional<Object> appointment = Optional.empty();
        Optional<Position> suspectUntil = Optional.empty();
        long aloneUntilNanos;

        Member(Projection projection, long epoch) {
            this.projection = projection;
            this.epoch = epoch;
            this.standing = Checkpoint.atStart(projection.name(), epoch);
        }

        String name() {
            return projection.name();
        }

        boolean isLeaving() {
            return stopping || fenced;
        }
    }

    Groups(Program program) {
        this.program = program;
        this.world = program.world;
        this.process = program.process;
        this.thread = new Loop(process, this::step);
        process.after(LOOK_EVERY.toNanos(), this::lookAgain);
    }

    private void lookAgain() {
        tell(this::look);
        process.after(LOOK_EVERY.toNanos(), this::lookAgain);
    }

    private void tell(Runnable what) {
        told.add(what);
        thread.wakeUp();
    }

    private long step() {
        Runnable next = told.poll();
        if (next != null) {
            next.run();
        }
        return told.isEmpty() ? Long.MAX_VALUE : 0;
    }

    // ---- what the program says

    void join(Projection projection, long epoch) {
        Member member = new Member(projection, epoch);
        members.put(projection.name(), member);
        tell(() -> await(ready(List.of(member))));
    }

    void stop(String projection, Duration within) {
        Member member = member(projection);
        tell(() -> {
            member.stopping = true;
            leave(member, work -> work.regroup(within));
        });
    }

    /** At once, as it is for one projection: from now on nothing may be flushed. */
    void fence(String projection, String why) {
        Member member = member(projection);
        member.fenced = true;
        workOf(member).ifPresent(work -> work.fence(why));
        tell(() -> leave(member, work -> work.fence(why)));
    }

    private void leave(Member member, java.util.function.Consumer<Work> running) {
        if (waiting.remove(member)) {
            end(member, new Stopped());
        } else {
            workOf(member).ifPresent(running);
        }
    }

    private Member member(String projection) {
        return java.util.Objects.requireNonNull(members.get(projection));
    }

    private Optional<Work> workOf(Member member) {
        return works.stream().filter(work -> work.runs(member.name())).findFirst();
    }

    boolean isLive(String projection) {
        return works.stream().anyMatch(work -> work.runs(projection) && work.isLive());
    }

    private void end(Member member, Ended as) {
        if (!member.over) {
            member.over = true;
            world.trace(() -> process + " " + member.name() + " has ended: " + as);
            program.ended(member.name(), as);
        }
    }

    // ---- begin

    private void await(List<Member> some) {
        for (Member member : some) {
            if (member.isLeaving()) {
                end(member, new Stopped());
            } else {
                waiting.add(member);
            }
        }
        gather();
    }

    private void gather() {
        if (!gathers && !waiting.isEmpty()) {
            gathers = true;
            process.after(GATHER.toNanos(), () -> tell(this::form));
        }
    }

    private void form() {
        gathers = false;
        Map<Object, List<Member>> together = new LinkedHashMap<>();
        for (Member member : List.copyOf(waiting)) {
            boolean others = member.appointment.isPresent()
                    && works.stream().anyMatch(work -> work.meeting().equals(member.appointment));
            if (!others) {
                waiting.remove(member);
                together.computeIfAbsent(placeOf(member), first -> new ArrayList<>())
                        .add(member);
                member.appointment = Optional.empty();
            }
        }
        together.values().forEach(this::begin);
    }

    private Object placeOf(Member member) {
        if (!mayJoinOthers(member, member.standing.position())) {
            return member;
        }
        return member.appointment.orElse(member.standing.position());
    }

    private boolean mayJoinOthers(Member member, Optional<Position> now) {
        if (member.suspectUntil.isPresent()
                && now.isPresent()
                && !member.suspectUntil.get().isAfter(now.get())) {
            member.suspectUntil = Optional.empty();
        }
        return !member.hasParked && member.suspectUntil.isEmpty() && world.time.nanos() >= member.aloneUntilNanos;
    }

    private void begin(List<Member> some) {
        Work work = new Work(
                program, some.stream().map(member -> member.projection).toList(), over -> tell(() -> ended(over)));
        works.add(work);
        if (some.size() > 1) {
            boolean apart = some.stream()
                            .map(member -> member.standing.position())
                            .distinct()
                            .count()
                    > 1;
            world.met.state(apart ? Met.Expected.GROUP_OF_DIFFERENT_POSITIONS : Met.Expected.GROUP_OF_ONE_POSITION);
            world.trace(() ->
                    process + " runs as one: " + some.stream().map(Member::name).toList());
        }
        work.runFrom(some.stream().map(member -> member.standing).toList());
        // A lease may have been lost while it connected.
        some.stream().filter(member -> member.fenced).findFirst().ifPresent(member -> work.fence("lost meanwhile"));
    }

    // ---- end

    private void ended(Work work) {
        works.remove(work);
        goOnAfter(work);
        gather(); // somebody may have waited for it
    }

    private void goOnAfter(Work work) {
        List<Member> its = work.names().stream().map(this::member).toList();
        Optional<Ended> state = work.endedAs();
        if (state.isEmpty() || work.hasLeftBatchUnderWay()) {
            if (its.size() > 1 && state.isPresent()) {
                world.met.state(Met.Expected.GROUP_LEFT_UNDER_WAY);
            }
            boolean fails = its.size() == 1 && state.isPresent() && state.get() instanceof Failed;
            its.forEach(member -> end(member, fails ? state.get() : new Fenced("under another epoch")));
        } else if (state.get() instanceof Stopped) {
            stopped(work, its);
        } else if (its.size() == 1) {
            end(its.get(0), state.get());
        } else {
            dissolve(work, its, state.get());
        }
    }

    private void stopped(Work work, List<Member> its) {
        List<Member> goOn = its;
        if (work.hasParked()) {
            goOn = ready(its);
        } else {
            its.forEach(member -> member.standing = work.checkpointOf(member.name()));
        }
        goOn.forEach(member -> member.appointment = work.meeting());
        await(goOn);
    }

    private void dissolve(Work work, List<Member> its, Ended state) {
        world.met.state(state instanceof Fenced ? Met.Expected.GROUP_FENCED : Met.Expected.GROUP_DISSOLVED);
        world.trace(() -> process + " runs as one no more: " + work.names() + ": " + state);
        Optional<Member> culprit =
                state instanceof Failed failed && failed.cause() instanceof EventFailedException event
                        ? its.stream()
                                .filter(member -> member.name().equals(event.projection()))
                                .findFirst()
                        : Optional.empty();
        if (culprit.isPresent()) {
            blame(culprit.get());
        } else if (work.failedAt().isPresent()) {
            its.forEach(member -> member.suspectUntil = work.failedAt());
        } else if (state instanceof Failed) {
            its.forEach(this::blame);
        }
        await(ready(its));
    }

    private void blame(Member member) {
        member.aloneUntilNanos = world.time.nanos() + ALONE.toNanos();
    }

    /** Finds out where they stand, and what they have parked; ends those of whom that is not to be had. */
    private List<Member> ready(List<Member> some) {
        List<Member> ready = new ArrayList<>();
        for (Member member : some) {
            if (member.isLeaving()) {
                end(member, new Stopped());
            } else if (find(member)) {
                ready.add(member);
            } else {
                end(member, new Fenced("not to be had"));
            }
        }
        return ready;
    }

    private boolean find(Member member) {
        try {
            DatabaseSession session = world.database.connect(process);
            member.standing = session.begin(member.name(), member.epoch);
            member.hasParked = !session.readParked(member.standing).since().isEmpty();
            session.discard();
            return member.standing.epoch() == member.epoch;
        } catch (DatabaseSession.Lost | DatabaseSession.Refused e) {
            return false;
        }
    }

    // ---- meet again

    private void look() {
        works.forEach(Work::look);
        for (Work one : List.copyOf(works)) {
            for (Work other : List.copyOf(works)) {
                if (one != other && canMeet(one) && canMeet(other) && areNear(one, other)) {
                    meet(one, other);
                }
            }
        }
    }

    private boolean canMeet(Work work) {
        return work.meeting().isEmpty()
                && !work.regroups()
                && !work.isHeldUp()
                && !work.hasParked()
                && !work.isOver()
                && work.names().stream().allMatch(name -> mayJoinOthers(member(name), work.position()));
    }

    private boolean areNear(Work one, Work other) {
        return (one.isLive() && other.isLive()) || world.faults.draw(MEETS_ANYWAY_ONCE_IN) == 0;
    }

    private void meet(Work one, Work other) {
        world.met.state(Met.Expected.GROUPS_MEET);
        world.trace(() -> process + " lets " + one.names() + " and " + other.names() + " meet");
        Object place = new Object();
        for (Work work : List.of(one, other)) {
            work.meetAt(place);
            work.regroup(Duration.ofMillis(world.faults.draw(REGROUP_WITHIN_MS)));
        }
    }

    /** Whether a group may come to this end: all but what nobody has foreseen. */
    static boolean isForeseen(ProjectorState.Failed failed) {
        String message = String.valueOf(failed.cause().getMessage());
        return failed.cause() instanceof EventFailedException
                || message.startsWith("PostgreSQL refuses what a group does")
                || message.startsWith("the database lost commits")
                || message.startsWith("others hold what a group locks")
                || message.startsWith("a group's smallest batch takes too long");
    }

    @Override
    public String toString() {
        return works + " waiting " + waiting.stream().map(Member::name).toList();
    }
}
