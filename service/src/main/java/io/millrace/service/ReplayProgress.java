package io.millrace.service;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.checkpoint.Position;
import io.millrace.service.terminal.Console;
import io.millrace.service.terminal.Progress;
import java.time.Duration;
import java.util.Optional;

/**
 * How far a replay has come. How many events it has is not known, as the store does not tell; it is estimated from where
 * the checkpoint stands between the start and the head.
 */
final class ReplayProgress implements ProjectorListener, AutoCloseable {
    private final Progress progress;
    private final double from;
    private final double head;
    private long handled;

    ReplayProgress(Console console, String projection, Optional<Position> from, Optional<Position> head) {
        this.progress = new Progress(console, projection, -1, "events");
        this.from = from.map(ReplayProgress::distance).orElse(0.0);
        this.head = head.map(ReplayProgress::distance).orElse(0.0);
    }

    private static double distance(Position position) {
        return position instanceof Position.InLog log ? log.commit() : ((Position.InStream) position).revision();
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        handled += batch.events().size();
        double fraction = (distance(batch.checkpoint()) - from) / (head - from);
        if (fraction > 0 && fraction < 1) {
            progress.total(Math.round(handled / fraction));
        }
        progress.stepTo(handled);
    }

    @Override
    public void close() {
        progress.total(handled);
        progress.close();
    }
}
