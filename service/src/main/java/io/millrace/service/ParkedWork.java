package io.millrace.service;

import io.millrace.batching.ParkedRetry;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.sql.ParkedEvents;
import io.millrace.sql.PostgresStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * All that a command needs to write a projection's parked events, for as long as it is open: its lease above all. A
 * service that runs the projection makes way, and goes on after.
 */
final class ParkedWork implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final PostgresStore postgres;
    private final ParkedRetry retry;

    ParkedWork(Configuration configuration, String name) {
        try {
            Projection projection =
                    opened(new ProjectionCatalog(configuration.plugins())).get(name);
            this.postgres = opened(new Servers(configuration)).postgres();
            CommandLease lease = opened(CommandLease.claim(postgres, name));
            this.retry = new ParkedRetry(
                    projection,
                    opened(postgres.committerFor(projection, lease.epoch())),
                    parked(),
                    ProjectorTuning.poison(configuration.optionsOf(name)),
                    ParkedWork::pause);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    ParkedEvents parked() {
        return postgres.parkedEvents();
    }

    ParkedRetry retry() {
        return retry;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    /** Closes what was opened last first: the lease goes back once nothing is written under it any more. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failure = new IllegalStateException("not closed: " + e.getMessage(), e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
