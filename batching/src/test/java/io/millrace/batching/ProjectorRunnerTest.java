package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProjectorRunnerTest {
    private final MemoryCommitter committer = new MemoryCommitter("views-per-viewer");

    @Test
    void replaysWithAThreadOnEitherSide() throws InterruptedException {
        long events = 100_000;
        ProjectorRunner runner =
                runner(new ThreadedSource(events), ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD));

        runner.start();
        ProjectorSummary summary = runner.awaitEnd();

        assertThat(runner.state()).isEqualTo(new Stopped());
        assertThat(summary.handled()).isEqualTo(events);
        assertThat(summary.checkpoint()).contains(at(events));
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(events);
    }

    @Test
    void showsALiveEventWithoutWaitingForTheAge() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        CountDownLatch committed = new CountDownLatch(1);
        ProjectorListener listener = new ProjectorListener() {
            @Override
            public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
                committed.countDown();
            }
        };
        try (ProjectorRunner runner = live(source, listener)) {
            source.say(viewed(1, "1"));

            assertThat(committed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(runner.state()).isEqualTo(new Live());
        }
    }

    @Test
    void flushesForAgeWithoutBeingWoken() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        ProjectorOptions soon =
                ProjectorOptions.DEFAULT.withFlushPolicy(FlushPolicy.DEFAULT.withMaxAge(Duration.ofMillis(20)));
        try (ProjectorRunner runner = runner(source, soon)) {
            runner.start();
            await(() -> source.isSubscribed());
            source.say(new Subscribed(Optional.of(at(9))), viewed(1, "1"));

            await(() -> runner.summary().flushes(FlushReason.AGE) == 1);
        }
    }

    /** A flush that another follows is to be looked at, and a step is at it for long: nobody can look until that ends. */
    @Test
    void burnsNoProcessorWhileAStepOutlastsWhatBecomesDue() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        committer.answer(batch -> {
            sleep(Duration.ofMillis(150));
            return committer.reallyCommit(batch);
        });
        AtomicBoolean stepsForLong = new AtomicBoolean();
        List<Long> cpuTimes = new CopyOnWriteArrayList<>();
        ProjectorListener listener = new ProjectorListener() {
            @Override
            public void received(int events, long bytes) {
                if (stepsForLong.get()) {
                    cpuTimes.add(cpuMillis());
                    sleep(Duration.ofMillis(1_500));
                    cpuTimes.add(cpuMillis());
                }
            }
        };
        ProjectorOptions each = ProjectorOptions.DEFAULT.withFlushPolicy(FlushPolicy.DEFAULT.withBatchSize(1));
        try (ProjectorRunner runner = runner(source, each, listener)) {
            runner.start();
            await(() -> source.isSubscribed());
            source.say(new Subscribed(Optional.of(at(9))), viewed(1, "1"), viewed(2, "1"));
            await(() -> runner.summary().events() == 2);
            stepsForLong.set(true);
            source.say(viewed(3, "1"));
            await(() -> cpuTimes.size() >= 2);

            assertThat(cpuTimes.get(1) - cpuTimes.get(0)).isLessThan(300);
        }
    }

    private static long cpuMillis() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("millrace-views-per-viewer"))
                        .mapToLong(thread -> threads.getThreadCpuTime(thread.getId()))
                        .sum()
                / 1_000_000;
    }

    private static void sleep(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    @Test
    void stopsCleanlyAndLeavesNoThreadBehind() throws InterruptedException {
        ProjectorRunner runner = runner(new ThreadedSource(10), ProjectorOptions.DEFAULT);
        runner.start();
        await(() -> runner.summary().events() == 10);

        runner.stop(Duration.ofSeconds(10));

        assertThat(runner.state()).isEqualTo(new Stopped());
        assertThat(runner.summary().handled()).isEqualTo(10);
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("views-per-viewer")));
    }

    @Test
    void stopsAtItsDeadlineThoughAFlushHangs() throws InterruptedException {
        Semaphore never = new Semaphore(0);
        committer.answer(batch -> {
            never.acquireUninterruptibly();
            return committer.reallyCommit(batch);
        });
        ProjectorRunner runner = runner(new ThreadedSource(100), ProjectorOptions.DEFAULT);
        runner.start();
        await(() -> runner.summary().events() == 100);

        runner.stop(Duration.ofMillis(200));

        assertThat(runner.state()).isEqualTo(new Stopped());
        assertThat(runner.summary().handled()).isZero();
        never.release();
    }

    @Test
    void fliesALiveEventOnTheThreadThatFoldedIt() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        committer.answer(batch -> {
            threads.add(Thread.currentThread());
            return committer.reallyCommit(batch);
        });
        CountDownLatch committed = new CountDownLatch(1);
        ProjectorListener listener = new ProjectorListener() {
            @Override
            public void flushed(Batch batch, int attempt) {
                threads.add(Thread.currentThread());
            }

            @Override
            public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
                threads.add(Thread.currentThread());
                committed.countDown();
            }
        };
        try (ProjectorRunner runner = live(source, listener)) {
            source.say(viewed(1, "1"));

            assertThat(committed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(runner.state()).isEqualTo(new Live());
            assertThat(threads).hasSize(3).containsOnly(threads.get(0));
        }
    }

    /** A call that is lost shows as an event that is not committed until the next one comes: there is none. */
    @Test
    void losesNoCallWhateverComesWhen() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        SplittableRandom random = new SplittableRandom(7);
        committer.answer(batch -> {
            if (batch.number() % 50 == 0) {
                LockSupport.parkNanos(batch.number() % 7 * 20_000);
            }
            return committer.reallyCommit(batch);
        });
        try (ProjectorRunner runner = live(source)) {
            long said = 0;
            for (int round = 0; round < 30_000; round++) {
                boolean slowly = round % 20 == 0;
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    source.say(viewed(++said, "1"));
                    if (slowly) {
                        LockSupport.parkNanos(random.nextInt(1, 150_000));
                    }
                }
                Optional<Position> all = Optional.of(at(said));
                long began = System.nanoTime();
                while (!runner.summary().checkpoint().equals(all)) {
                    assertThat(System.nanoTime() - began)
                            .as("waiting for " + all)
                            .isLessThan(20_000_000_000L);
                    Thread.onSpinWait(); // so that the next one comes just as its threads go to sleep
                }
            }
        }
    }

    @Test
    void canBeFencedWhileALiveFlushHangs() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        Semaphore never = new Semaphore(0);
        CountDownLatch hangs = new CountDownLatch(1);
        committer.answer(batch -> {
            hangs.countDown();
            never.acquireUninterruptibly();
            return committer.reallyCommit(batch);
        });
        ProjectorRunner runner = live(source);
        source.say(viewed(1, "1"));
        assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
        source.say(viewed(2, "1"));

        runner.fence("somebody else writes");
        runner.awaitEnd();

        assertThat(runner.state()).isEqualTo(new Fenced("somebody else writes"));
        assertThat(runner.hasLeftBatchUnderWay()).isTrue();
        never.release();
    }

    private ProjectorRunner live(ScriptedSource source, ProjectorListener... listeners) throws InterruptedException {
        ProjectorOptions never = ProjectorOptions.DEFAULT.withFlushPolicy(
                FlushPolicy.DEFAULT.withMaxAge(Duration.ofDays(1)).withCheckpointOnlyEvery(Duration.ofDays(1)));
        ProjectorRunner runner = runner(source, never, listeners);
        runner.start();
        await(source::isSubscribed);
        source.say(new Subscribed(Optional.of(at(0))), new CaughtUp());
        await(() -> runner.state().equals(new Live()));
        return runner;
    }

    @Test
    void failsVisiblyWhenTheUnexpectedHappens() throws InterruptedException {
        EventSource broken = (request, subscriber) -> {
            throw new NoClassDefFoundError("io/netty/Broken");
        };
        ProjectorRunner runner = runner(broken, ProjectorOptions.DEFAULT);

        runner.start();
        runner.awaitEnd();

        assertThat(runner.state())
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.cause()).isInstanceOf(NoClassDefFoundError.class));
    }

    @Test
    void stopsWhenItsThreadIsInterrupted() throws InterruptedException {
        ScriptedSource source = new ScriptedSource();
        Thread[] stepping = new Thread[1];
        ProjectorRunner runner = runner(source, ProjectorOptions.DEFAULT, new ProjectorListener() {
            @Override
            public void stateChanged(ProjectorState from, ProjectorState to) {
                stepping[0] = Thread.currentThread();
            }
        });
        runner.start();
        await(() -> source.isSubscribed());
        source.say(new Subscribed(Optional.of(at(9))), viewed(1, "1"));
        await(() -> runner.summary().events() == 1);

        stepping[0].interrupt();

        assertThat(runner.awaitEnd().flushes(FlushReason.SHUTDOWN)).isEqualTo(1);
        assertThat(runner.state()).isEqualTo(new Stopped());
    }

    private ProjectorRunner runner(EventSource source, ProjectorOptions options, ProjectorListener... listeners) {
        return new ProjectorRunner(Views.PROJECTION, source, committer, options, listeners);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MICROSECONDS.sleep(200);
        }
    }

    /** A source with a thread of its own, that hands on as many views as it is asked for. */
    private record ThreadedSource(long events) implements EventSource {
        @Override
        public Subscription subscribe(Request request, Subscriber subscriber) {
            Semaphore demand = new Semaphore(0);
            Thread thread = new Thread(() -> {
                try {
                    subscriber.onSignal(new Subscribed(Optional.of(at(events))));
                    for (long position = 1; position <= events; position++) {
                        demand.acquire();
                        subscriber.onSignal(viewed(position, "1"));
                    }
                    subscriber.onSignal(new CaughtUp());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.start();
            return new Subscription() {
                @Override
                public void request(int more, long bytes) {
                    demand.release(more);
                }

                @Override
                public void close() {
                    thread.interrupt();
                }
            };
        }
    }
}
