package io.millrace.service;

import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState;
import io.millrace.checkpoint.Position;
import io.millrace.sql.PostgresStore.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of one projection, alone or together with others, as it comes: what is around it does not see which. Its group
 * decides on a thread of its own; the fields that are not volatile are that thread's.
 */
final class Membership implements Run {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration FIRST_TIME_ALONE = Duration.ofSeconds(10);
    private static final int MOST_DOUBLINGS = 6;

    private final Grouping grouping;
    private final ProjectorOptions options;
    private final BlockerWatch watch;
    private final List<ProjectorListener> listeners;
    private final StateLog log;
    private final CompletableFuture<Long> ended = new CompletableFuture<>();
    private volatile ProjectorState state = new ProjectorState.Starting();
    private volatile RunSummary before;
    private volatile Optional<Company> company = Optional.empty();

    private Standing standing;
    private boolean stopping;
    private Optional<String> fenced = Optional.empty();
    private int failures;
    private long aloneUntilNanos;
    /** What the group failed at; not before it is past that may it be in one again. */
    private Optional<Position> suspectUntil = Optional.empty();

    /** @param listeners see the projector's steps, its own and those that it shares */
    Membership(
            Grouping grouping,
            Standing standing,
            ProjectorOptions options,
            BlockerWatch watch,
            List<ProjectorListener> listeners) {
        this.grouping = grouping;
        this.standing = standing;
        this.options = options;
        this.watch = watch;
        this.listeners = List.copyOf(listeners);
        this.log = new StateLog(name());
        this.before = RunSummary.none(name());
        this.aloneUntilNanos = System.nanoTime();
    }

    String name() {
        return standing.projection().name();
    }

    Standing standing() {
        return standing;
    }

    ProjectorOptions options() {
        return options;
    }

    BlockerWatch watch() {
        return watch;
    }

    List<ProjectorListener> listeners() {
        return listeners;
    }

    // ---- what its group says, on the group's thread

    void standsAt(Standing now) {
        standing = now;
    }

    void belongsTo(Company now) {
        company = Optional.of(now);
    }

    /** It waits for its next company. */
    void left(RunSummary done) {
        company = Optional.empty();
        before = before.and(done);
    }

    void markStopping() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    void markFenced(String why) {
        fenced = Optional.of(why);
    }

    Optional<String> fenced() {
        return fenced;
    }

    /** Raw SQL keeps a flush from being prepared, and streams that are parked are one projection's alone. */
    boolean mayJoinOthers() {
        return grouping.groups()
                && standing.projection().alsoWrites().isEmpty()
                && standing.parked().since().isEmpty()
                && System.nanoTime() - aloneUntilNanos >= 0;
    }

    /** Whether it is past what its group failed at, seen from where it stands now. */
    boolean isPastSuspicion(Optional<Position> now) {
        boolean past = suspectUntil.isEmpty()
                || now.filter(position -> !suspectUntil.get().isAfter(position)).isPresent();
        if (past) {
            suspectUntil = Optional.empty();
        }
        return past;
    }

    /** It may have failed its group, at this position at the latest. */
    void suspect(Optional<Position> upTo) {
        suspectUntil = upTo;
    }

    /** It has failed its group: it runs alone, the longer the more often that happens. */
    void blame() {
        long alone = FIRST_TIME_ALONE.toNanos() << Math.min(failures++, MOST_DOUBLINGS);
        aloneUntilNanos = System.nanoTime() + alone;
        LOG.info(
                "{}: reads alone for {} s at least",
                name(),
                Duration.ofNanos(alone).toSeconds());
    }

    void enter(ProjectorState next) {
        ProjectorState from = state;
        if (!next.equals(from)) {
            state = next;
            log.stateChanged(from, next);
        }
    }

    void end(ProjectorState.Ended as) {
        enter(as);
        ended.complete(System.nanoTime());
    }

    // ---- what its owner says

    @Override
    public void start() {
        LOG.info("{}: STARTING", name());
        grouping.join(this);
    }

    @Override
    public ProjectorState state() {
        return state;
    }

    @Override
    public CompletableFuture<Long> ended() {
        return ended.copy();
    }

    @Override
    public RunSummary summary() {
        return company.map(running -> before.and(running.summary(name()))).orElse(before);
    }

    @Override
    public void beginToStop(Duration within) {
        grouping.stop(this, within);
    }

    @Override
    public void fence(String why) {
        grouping.fence(this, why);
    }

    /** Its company gave back what it had. */
    @Override
    public void close() {}
}
