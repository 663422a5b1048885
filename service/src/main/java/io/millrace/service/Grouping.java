package io.millrace.service;

import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.ProjectorState;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventFailedException;
import io.millrace.sql.PostgresException;
import io.millrace.sql.PostgresStore.Standing;
import io.millrace.sql.StartRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings projections of one source and one set of options together, and takes them apart again. Those that stand at the
 * same position run as one {@link Company}. When that fails, nothing of the flush was committed: its members go on alone,
 * each by its own policy for poison, and meet again once they are past what it failed at. One that is behind reads alone
 * until it is less than a second behind, or both are live; then both end in order, and go on as one.
 *
 * <p>All decisions are made by one thread. It waits for the database only to open a connection, or to find out where a
 * member stands after a failure.
 */
final class Grouping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Grouping.class);
    /** Leases are granted one after another: those that are granted together shall begin together. */
    private static final long GATHER_MS = 100;

    private static final long LOOK_EVERY_MS = 250;
    private static final Duration REGROUP_WITHIN = Duration.ofSeconds(7);

    private final Servers servers;
    private final boolean groups;
    private final ScheduledExecutorService thread;
    private final List<Membership> waiting = new ArrayList<>();
    private final Map<Membership, Object> appointments = new LinkedHashMap<>();
    private final List<Company> companies = new ArrayList<>();
    private boolean gathers;

    /** @param groups whether projections may be brought together at all */
    Grouping(Servers servers, boolean groups) {
        this.servers = servers;
        this.groups = groups;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "millrace-groups");
            made.setDaemon(true);
            return made;
        });
        if (groups) {
            var unused = thread.scheduleWithFixedDelay(
                    () -> safely(this::look), LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }

    boolean groups() {
        return groups;
    }

    private void tell(Runnable work) {
        try {
            thread.execute(() -> safely(work));
        } catch (RejectedExecutionException e) {
            LOG.debug("The program ends", e);
        }
    }

    /** What nobody expected ends the projections that it happened to, visibly. */
    private void safely(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("Grouping projections failed", e);
            List<Membership> lost = new ArrayList<>(waiting);
            waiting.clear();
            appointments.clear();
            lost.forEach(member -> member.end(new ProjectorState.Failed(e)));
        }
    }

    // ---- what members ask for

    void join(Membership member) {
        tell(() -> await(List.of(member)));
    }

    void stop(Membership member, Duration within) {
        tell(() -> {
            member.markStopping();
            leave(member, company -> company.regroup(within));
        });
    }

    void fence(Membership member, String why) {
        tell(() -> {
            member.markFenced(why);
            // All at once: they could flush what is folded, but not without flushing that one's part of it.
            leave(member, company -> company.fence(why));
        });
    }

    private void leave(Membership member, Consumer<Company> running) {
        if (waiting.remove(member)) {
            appointments.remove(member);
            dismiss(member);
        } else {
            companies.stream()
                    .filter(company -> company.members().contains(member))
                    .findFirst()
                    .ifPresent(running);
        }
    }

    private static boolean isLeaving(Membership member) {
        return member.isStopping() || member.fenced().isPresent();
    }

    private static void dismiss(Membership member) {
        member.end(
                member.fenced().isPresent()
                        ? new ProjectorState.Fenced(member.fenced().get())
                        : new ProjectorState.Stopped());
    }

    // ---- begin

    private void await(Collection<Membership> members) {
        members.forEach(member -> {
            if (isLeaving(member)) {
                dismiss(member);
            } else {
                waiting.add(member);
            }
        });
        gather();
    }

    private void gather() {
        if (!gathers && !waiting.isEmpty()) {
            gathers = true;
            var unused = thread.schedule(() -> safely(this::form), groups ? GATHER_MS : 0, TimeUnit.MILLISECONDS);
        }
    }

    private void form() {
        gathers = false;
        Map<Object, List<Membership>> together = new LinkedHashMap<>();
        for (Membership member : List.copyOf(waiting)) {
            Object place = placeOf(member);
            boolean others =
                    companies.stream().anyMatch(company -> company.meeting().equals(Optional.of(place)));
            if (!others) {
                together.computeIfAbsent(place, first -> new ArrayList<>()).add(member);
            }
        }
        together.values().forEach(this::begin);
    }

    /** What those have in common that begin together. */
    private Object placeOf(Membership member) {
        if (!member.mayJoinOthers()
                || !member.isPastSuspicion(member.standing().checkpoint().position())) {
            return member;
        }
        Object appointment = appointments.get(member);
        return appointment == null
                ? List.of(kind(member), member.standing().checkpoint().position())
                : appointment;
    }

    private static Object kind(Membership member) {
        return List.of(member.standing().projection().source(), member.options().withPoison(PoisonPolicy.STOP));
    }

    /** Whatever happens on the way, no member is left that neither runs nor has ended; and the next ones begin, too. */
    private void begin(List<Membership> members) {
        waiting.removeAll(members);
        members.forEach(appointments::remove);
        try {
            start(new Company(members, servers, over -> tell(() -> ended(over))));
        } catch (RuntimeException | Error e) {
            LOG.debug("{} cannot begin", names(members), e);
            members.forEach(member -> member.end(notBegun(e)));
        }
    }

    private void start(Company company) {
        companies.add(company);
        if (company.isGroup()) {
            LOG.info("{} projections read as one: {}", company.members().size(), names(company.members()));
        }
        try {
            company.start();
        } catch (RuntimeException | Error e) {
            companies.remove(company);
            company.close();
            throw e;
        }
    }

    private static ProjectorState.Ended notBegun(Throwable e) {
        boolean passes = e instanceof PostgresException postgres
                ? postgres.kind() == PostgresException.Kind.UNREACHABLE
                : e instanceof StartRefusedException refused
                        && refused.reason() == StartRefusedException.Reason.LEASE_LOST;
        return passes ? new ProjectorState.Fenced(String.valueOf(e.getMessage())) : new ProjectorState.Failed(e);
    }

    private static List<String> names(List<Membership> members) {
        return members.stream().map(Membership::name).toList();
    }

    // ---- end

    /** Whatever happens on the way, no member is left that neither runs nor has ended. */
    private void ended(Company company) {
        companies.remove(company);
        try {
            goOnAfter(company);
        } catch (RuntimeException | Error e) {
            waiting.removeAll(company.members());
            company.members().forEach(member -> member.end(new ProjectorState.Failed(e)));
            throw e;
        }
    }

    private void goOnAfter(Company company) {
        company.members().forEach(member -> member.left(company.summary(member.name())));
        company.close();
        ProjectorState.Ended state = (ProjectorState.Ended) company.state();
        if (company.hasLeftBatchUnderWay()) {
            abandon(company, state);
        } else if (state instanceof ProjectorState.Stopped) {
            stopped(company);
        } else if (!company.isGroup()) {
            company.members().get(0).end(state);
        } else {
            dissolve(company, state);
        }
        gather();
    }

    /**
     * What it sent last may still be committed, under its members' epochs, and its session may hold their rows. Under
     * another epoch that cannot be, and whoever begins under one ends older sessions.
     */
    private static void abandon(Company company, ProjectorState.Ended state) {
        for (Membership member : company.members()) {
            if (isLeaving(member)) {
                dismiss(member);
            } else if (state instanceof ProjectorState.Failed && !company.isGroup()) {
                member.end(state);
            } else {
                member.end(new ProjectorState.Fenced("it goes on under another epoch, as the last flush of "
                        + company.name() + " was under way when that ended: " + why(state)));
            }
        }
    }

    private void stopped(Company company) {
        if (!company.regroups()) {
            company.members().forEach(member -> member.end(new ProjectorState.Stopped()));
            return;
        }
        List<Membership> goOn = company.members();
        if (company.hasParked()) {
            goOn = ready(goOn); // on its way to the end, too; what that was is known to the database only
        } else {
            goOn.forEach(member -> {
                Standing was = member.standing();
                member.standsAt(new Standing(was.projection(), company.checkpointOf(member.name()), was.parked()));
            });
        }
        company.meeting().ifPresent(place -> keepAppointment(company.members(), place));
        await(goOn);
    }

    private void keepAppointment(List<Membership> members, Object place) {
        members.stream()
                .filter(member -> !isLeaving(member) && !(member.state() instanceof ProjectorState.Ended))
                .forEach(member -> appointments.put(member, place));
    }

    /** Nothing of its last flush was committed. */
    private void dissolve(Company company, ProjectorState.Ended state) {
        Optional<Membership> culprit =
                state instanceof ProjectorState.Failed failed ? culprit(company, failed.cause()) : Optional.empty();
        LOG.warn(
                "{} projections read as one no more{}: {}",
                company.members().size(),
                culprit.map(member -> ", because of " + member.name()).orElse(""),
                why(state));
        if (culprit.isPresent()) {
            culprit.get().blame();
        } else if (company.failedAt().isPresent()) {
            company.members().forEach(member -> member.suspect(company.failedAt()));
        } else if (state instanceof ProjectorState.Failed) {
            company.members().forEach(Membership::blame); // each finds out by itself whether it fails alone, too
        }
        await(ready(company.members()));
    }

    private static String why(ProjectorState.Ended state) {
        return state instanceof ProjectorState.Failed failed
                ? String.valueOf(failed.cause().getMessage())
                : state instanceof ProjectorState.Fenced fenced ? fenced.message() : state.label();
    }

    private static Optional<Membership> culprit(Company company, Throwable cause) {
        return cause instanceof EventFailedException failed
                ? company.members().stream()
                        .filter(member -> member.name().equals(failed.projection()))
                        .findFirst()
                : Optional.empty();
    }

    /** Finds out where they stand; ends those of whom that is not to be had, or that another one writes by now. */
    private List<Membership> ready(List<Membership> members) {
        List<Membership> ready = new ArrayList<>();
        Optional<PostgresException> away = Optional.empty();
        for (Membership member : members) {
            if (isLeaving(member)) {
                dismiss(member);
            } else if (away.isPresent()) { // to ask for each would take as long again each time
                member.end(notBegun(away.get()));
            } else {
                try {
                    member.standsAt(standingOf(member));
                    ready.add(member);
                } catch (PostgresException e) {
                    away = Optional.of(e).filter(failure -> failure.kind() == PostgresException.Kind.UNREACHABLE);
                    member.end(notBegun(e));
                } catch (StartRefusedException e) {
                    member.end(notBegun(e));
                }
            }
        }
        return ready;
    }

    private Standing standingOf(Membership member) {
        Standing was = member.standing();
        return servers.postgres().readyAgain(was.projection(), was.checkpoint().epoch());
    }

    // ---- meet again

    private void look() {
        companies.forEach(Company::look);
        for (Company one : List.copyOf(companies)) {
            for (Company other : List.copyOf(companies)) {
                if (one != other
                        && canMeet(one)
                        && canMeet(other)
                        && kind(one).equals(kind(other))
                        && isNear(one, other)) {
                    meet(one, other);
                }
            }
        }
    }

    private static Object kind(Company company) {
        return kind(company.members().get(0));
    }

    private static boolean canMeet(Company company) {
        if (company.hasSkippedMore()) {
            company.members().get(0).blame();
        }
        return !company.regroups()
                && !company.isHeldUp()
                && !company.hasParked()
                && !(company.state() instanceof ProjectorState.Ended)
                && company.members().stream()
                        .allMatch(member -> member.mayJoinOthers() && member.isPastSuspicion(company.position()));
    }

    private static boolean isNear(Company one, Company other) {
        return (one.isLive() && other.isLive())
                || (!isBefore(one.position(), other.aSecondAgo()) && !isBefore(other.position(), one.aSecondAgo()));
    }

    private static boolean isBefore(Optional<Position> one, Optional<Position> other) {
        return other.isPresent() && (one.isEmpty() || other.get().isAfter(one.get()));
    }

    private void meet(Company one, Company other) {
        Object place = new Object();
        LOG.debug("{} and {} meet", one.name(), other.name());
        List.of(one, other).forEach(company -> {
            company.meetsAt(place);
            company.regroup(REGROUP_WITHIN);
        });
    }

    /** Ends what is left, committing nothing more. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.debug("What was being decided is left undone.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        companies.forEach(company -> {
            company.fence("this program ends");
            company.close();
        });
    }
}
