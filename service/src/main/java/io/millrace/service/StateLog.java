package io.millrace.service;

import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Retrying;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each change of a projection's state, with its reason. */
final class StateLog implements ProjectorListener {
    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);

    private final String projection;

    StateLog(String projection) {
        this.projection = projection;
    }

    @Override
    public void stateChanged(ProjectorState from, ProjectorState to) {
        if (to instanceof Retrying retrying) {
            LOG.warn("{}: {}, since {}: {}", projection, to.label(), retrying.since(), retrying.cause());
        } else if (to instanceof Fenced fenced) {
            LOG.warn("{}: {}: {}", projection, to.label(), fenced.message());
        } else if (to instanceof Failed failed) {
            LOG.error("{}: {}: {}", projection, to.label(), Failures.sentence(failed.cause()), failed.cause());
        } else {
            LOG.info("{}: {}", projection, to.label());
        }
    }
}
