package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState;
import io.millrace.checkpoint.lease.Leases.Then;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whatever happens to a run, the leases hear what becomes of it: else they would renew a lease for nobody. */
class LeasedProjectionTest {
    private final List<Then> told = Collections.synchronizedList(new ArrayList<>());

    /** A run that is over when the test says so. */
    private static final class TestRun implements Run {
        final CompletableFuture<Long> ended = new CompletableFuture<>();
        boolean closed;

        @Override
        public void start() {}

        @Override
        public ProjectorState state() {
            return new ProjectorState.Stopped();
        }

        @Override
        public CompletableFuture<Long> ended() {
            return ended.copy();
        }

        @Override
        public RunSummary summary() {
            return RunSummary.none("payments");
        }

        @Override
        public void beginToStop(Duration within) {}

        @Override
        public void fence(String why) {}

        @Override
        public void close() {
            closed = true;
            throw new IllegalStateException("cannot be closed");
        }
    }

    private LeasedProjection leased(LeasedProjection.Start start) {
        return new LeasedProjection("payments", start, told::add, true);
    }

    private static void awaitOver(LeasedProjection projection) {
        projection.over().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void oneThatCannotBeginIsGivenUp() {
        LeasedProjection projection = leased(epoch -> {
            throw new NoClassDefFoundError("gone");
        });

        projection.begin(1);

        awaitOver(projection);
        assertThat(told).containsExactly(Then.GIVE_UP);
        assertThat(projection.failure())
                .hasValueSatisfying(cause -> assertThat(cause).hasMessage("gone"));
        assertThat(projection.exitCode()).isNotEqualTo(ExitCode.DONE);
    }

    @Test
    void oneThatCannotBeClosedIsGivenUp() {
        TestRun run = new TestRun();
        LeasedProjection projection = leased(epoch -> run);
        projection.begin(1);

        run.ended.complete(0L);

        awaitOver(projection);
        assertThat(run.closed).isTrue();
        assertThat(told).containsExactly(Then.GIVE_UP);
    }
}
