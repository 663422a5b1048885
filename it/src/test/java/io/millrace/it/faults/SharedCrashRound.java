package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.faults.FlushProxy.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One run of several projections over the history, by processes that are killed in a flush that projections share, one
 * after the other, until one may go on to the head.
 */
final class SharedCrashRound {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SIGKILLED = 128 + 9;
    private static final int MOST_FLUSHES_BEFORE = 40;
    private static final List<Step> STEPS =
            List.of(Step.BEFORE_SEND, Step.HALF_SENT, Step.SENT, Step.COMMITTED, Step.BEFORE_ACKNOWLEDGEMENT);

    private final Rig rig;
    private final FlushProxy proxy;
    private final String configuration;
    private final RandomGenerator random;
    private int processes;

    SharedCrashRound(Rig rig, FlushProxy proxy, RandomGenerator random) {
        this.rig = rig;
        this.proxy = proxy;
        this.configuration = rig.configuration(rig.store.port(), proxy.port()).toString();
        this.random = random;
    }

    /** Returns of each kill whether the flush that it hit was committed. */
    List<Boolean> run(int kills) throws Exception {
        List<Boolean> committed = new ArrayList<>();
        for (int i = 0; i < kills; i++) {
            committed.add(kill(STEPS.get(i % STEPS.size())));
            rig.expireLeases();
        }
        try (ProjectorProcess last = start()) {
            rig.awaitHead(PATIENCE);
            assertThat(last.stop()).as(last.output()).isZero();
        }
        assertThat(rig.actual()).isEqualTo(rig.expected());
        return committed;
    }

    private ProjectorProcess start() {
        return ProjectorProcess.start(rig.output("projector-" + processes++ % 2), "run", "--config", configuration);
    }

    private boolean kill(Step step) throws Exception {
        SharedFlush flush = new SharedFlush(rig);
        try (ProjectorProcess process = start()) {
            proxy.at(random.nextInt(MOST_FLUSHES_BEFORE), true, step, flush::begins, process::kill);
            assertThat(process.awaitEnd(PATIENCE)).as(process.output()).isEqualTo(SIGKILLED);
        }
        rig.awaitNoSessions(PATIENCE);
        boolean committed = flush.wasCommitted();
        if (step != Step.SENT) {
            assertThat(committed).as(step.toString()).isEqualTo(step.compareTo(Step.SENT) > 0);
        }
        return committed;
    }
}
