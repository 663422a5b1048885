package io.millrace.it.simulation;

import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.eventstore.SimulatedEventStore;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a history that grows, a store, a database, programs that come and go, and things that go wrong until they no
 * longer do. Then the read models must reach the head, and the programs must stop when asked to.
 */
final class World {
    /** Within this time after the last fault the head is reached. */
    static final Duration RECOVERY = Duration.ofSeconds(75);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
    /** A command may have a lease for its patience and its work, and then each projection changes hands once. */
    private static final Duration SHARED_WITHIN = Duration.ofSeconds(45);

    /** Each is up to two events that fail; with eleven in a row a projector would stop. */
    private static final int MOST_POISON = 4;

    final Scenario scenario;
    final Met met = new Met();
    final VirtualTime time;
    final Faults faults;
    final History history;
    final List<Projection> projections;
    final SimulatedDatabase database;
    final SimulatedEventStore store;
    final Safety safety;
    final SplittableRandom random;
    private final List<Program> programs = new ArrayList<>();
    private final List<ClaimCommand> claims = new ArrayList<>();
    private final @Nullable List<String> trace;
    private Optional<String> violation = Optional.empty();
    private int started;
    private boolean closing;
    private boolean mended;
    /** Whether somebody has started programs again that had given up. */
    private boolean startedAgain;

    /** @param traced whether to write down what happens; costs time */
    World(Scenario scenario, boolean traced) {
        this.scenario = scenario;
        this.trace = traced ? new ArrayList<>() : null;
        this.random = new SplittableRandom(scenario.seed() + 1);
        this.time = new VirtualTime(this::afterEachStep);
        this.faults = new Faults(scenario, this);
        this.projections = IntStream.range(0, scenario.projections())
                .mapToObj(number -> Tallies.over(scenario.source(), number, scenario.shape(), () -> mended))
                .toList();
        this.history = new History(scenario.source(), projections.get(0), scenario.policy(), scenario.seed() + 2);
        this.database = new SimulatedDatabase(this);
        this.store = new SimulatedEventStore(time, faults, history);
        this.safety = new Safety(this);
        met.state(Met.Expected.of(scenario.source()));
    }

    // ---- the run

    /** Runs; what went wrong that must not, empty if nothing did. */
    Optional<String> run() {
        for (int i = 0; i < scenario.processes(); i++) {
            startProgram();
        }
        planHistory();
        new Misfortunes(this).plan();
        long healed = Duration.ofSeconds(scenario.faultSeconds()).toNanos();
        time.passUntil(healed);
        heal();
        long until = time.nanos() + RECOVERY.toNanos();
        while (!time.isStopped() && !isAtHead() && time.nanos() < until) {
            time.pass(Duration.ofMillis(250).toNanos());
            if (!startedAgain && safety.hasHeardRepetition()) {
                startAgain(); // it was on its way before
            }
        }
        if (violation.isEmpty() && !isAtHead()) {
            violate("the head was not reached within " + RECOVERY.toSeconds() + " s after the last fault: "
                    + safety.whereAll() + ", programs " + programs);
        }
        awaitFairShare();
        stopAll();
        return violation;
    }

    private void planHistory() {
        long longest = Duration.ofSeconds(scenario.faultSeconds()).toNanos();
        Set<Integer> poisonAt = new HashSet<>();
        int poisonous = scenario.policy().onPoison() == OnPoison.STOP ? 1 : 1 + random.nextInt(MOST_POISON);
        for (int i = 0; i < poisonous; i++) {
            poisonAt.add(random.nextInt(scenario.events()));
        }
        int largeAt = random.nextInt(scenario.events());
        for (int i = 0; i < scenario.events(); i++) {
            boolean isThereBefore = random.nextInt(3) == 0;
            int number = i;
            time.after(isThereBefore ? 0 : random.nextLong(longest), () -> {
                append(poisonAt.contains(number), number == largeAt);
                store.appended();
            });
        }
    }

    private void append(boolean poison, boolean large) {
        boolean both = scenario.faults().containsAll(List.of(Fault.POISON_IN_HANDLER, Fault.POISON_IN_DATABASE));
        boolean inDatabase = both && random.nextBoolean();
        if (poison && !inDatabase && scenario.faults().contains(Fault.POISON_IN_HANDLER)) {
            faults.struck(Fault.POISON_IN_HANDLER);
            history.appendPoisonForHandler();
        } else if (poison && scenario.faults().contains(Fault.POISON_IN_DATABASE)) {
            faults.struck(Fault.POISON_IN_DATABASE);
            history.appendPoisonForDatabase();
        } else if (large) {
            history.appendLargeSums();
        } else {
            history.append();
        }
    }

    private void heal() {
        trace(() -> "---- nothing goes wrong any more");
        faults.heal();
        database.comeBack();
        programs.forEach(program -> program.process.freeze(0));
        if (!scenario.leases()) {
            // Nothing but the fence keeps two apart: an operator leaves one running.
            List<Program> running = programs.stream().filter(Program::isRunning).toList();
            running.stream().skip(1).forEach(program -> crash(program.process));
        }
        if (history.poison().isPresent() || safety.hasHeardRepetition()) {
            startAgain();
        }
        startIfNoneRuns();
    }

    /** Who has met what nobody can handle has given up for good; somebody starts it again. */
    private void startAgain() {
        startedAgain = true;
        running().forEach(program -> crash(program.process));
        startIfNoneRuns();
    }

    private void startIfNoneRuns() {
        if (programs.stream().noneMatch(Program::isRunning)) {
            startProgram();
        }
    }

    private boolean isAtHead() {
        return safety.isAtHead()
                && (history.poison().isPresent()
                        || projections.stream()
                                .allMatch(projection ->
                                        programs.stream().anyMatch(program -> program.isLive(projection.name()))));
    }

    /** No program has more than the projections over the programs, rounded up, while none has given one up. */
    private void awaitFairShare() {
        if (!scenario.leases() || history.poison().isPresent() || safety.hasHeardRepetition()) {
            return;
        }
        long until = time.nanos() + SHARED_WITHIN.toNanos();
        while (!time.isStopped() && !isSharedFairly() && time.nanos() < until) {
            time.pass(Duration.ofMillis(250).toNanos());
        }
        if (violation.isEmpty() && !isSharedFairly()) {
            violate("not shared fairly within " + SHARED_WITHIN.toSeconds() + " s: " + programs);
        }
        met.state(Met.Expected.SHARED_FAIRLY);
    }

    private boolean isSharedFairly() {
        List<Program> running = running();
        int most = -Math.floorDiv(-projections.size(), Math.max(1, running.size()));
        int held = 0;
        for (Program program : running) {
            int its = (int) projections.stream()
                    .filter(projection -> program.holds(projection.name()))
                    .count();
            if (its > most) {
                return false;
            }
            held += its;
        }
        return held == projections.size();
    }

    private void stopAll() {
        closing = true;
        programs.forEach(Program::stop);
        long until = time.nanos() + STOP_WITHIN.toNanos();
        while (!time.isStopped() && programs.stream().anyMatch(Program::isRunning) && time.nanos() < until) {
            time.pass(Duration.ofMillis(250).toNanos());
        }
        if (violation.isEmpty() && programs.stream().anyMatch(Program::isRunning)) {
            violate("not stopped within " + STOP_WITHIN.toSeconds() + " s: " + programs);
        }
        safety.checkAtEnd();
        if (violation.isEmpty() && scenario.shape() != Tallies.Shape.SHARED) {
            retryParked();
        }
        time.stop();
    }

    private void retryParked() {
        mended = true;
        faults.relapse();
        for (Projection projection : projections) {
            RetryCommand retry = new RetryCommand(this, projection);
            safety.judgeWithout(projection.name(), retry::leftOut);
            retry.untilNothingIsParked();
            safety.checkRetried(projection.name());
        }
    }

    Projection projection(String name) {
        return projections.stream()
                .filter(projection -> projection.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void claim(String projection, long forNanos) {
        ClaimCommand claim = new ClaimCommand(this, new SimulatedProcess(this, nextProcess()), projection, forNanos);
        claims.add(claim);
        claim.start();
    }

    List<ClaimCommand> claims() {
        return claims;
    }

    int nextProcess() {
        return ++started;
    }

    // ---- programs

    Program startProgram() {
        Program program = new Program(this, new SimulatedProcess(this, ++started));
        programs.add(program);
        trace(() -> program.process + " starts");
        program.start();
        return program;
    }

    List<Program> running() {
        return programs.stream().filter(Program::isRunning).toList();
    }

    List<Program> programs() {
        return programs;
    }

    int programsStarted() {
        return started;
    }

    /** The process is gone, without a word; the system closes its connections. */
    void crash(SimulatedProcess process) {
        trace(() -> process + " dies");
        process.die();
        database.died(process);
        programEnded();
    }

    /** Somebody starts it again. */
    void programEnded() {
        if (!closing) {
            long soon = random.nextLong(Duration.ofSeconds(3).toNanos());
            time.after(soon, () -> {
                int wanted = scenario.leases() ? scenario.processes() : 1;
                if (!closing && running().size() < wanted) {
                    startProgram();
                }
            });
        }
    }

    // ---- what is said of it

    private void afterEachStep() {
        safety.checkStep();
    }

    /** Something happened that must never happen: the run ends. */
    void violate(String what) {
        if (violation.isEmpty()) {
            violation = Optional.of(what);
            trace(() -> "VIOLATION: " + what);
            time.stop();
        }
    }

    void trace(Supplier<String> what) {
        if (trace != null) {
            trace.add(time + "  " + what.get());
        }
    }

    List<String> traceLines() {
        return trace == null ? List.of() : trace;
    }
}
