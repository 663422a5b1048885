package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The committers that this program opened last, one per projection: their acknowledged checkpoints are what the database
 * must still hold when the next one is opened. A committer sees by itself that commits were lost; where the lease ran out
 * meanwhile, it is gone, and the next one begins with whatever is there. Safe for several threads.
 */
final class LastCommitters {
    private final Map<String, PostgresBatchCommitter> byProjection = new ConcurrentHashMap<>();

    void remember(PostgresBatchCommitter committer) {
        committer.checkpoints().forEach(checkpoint -> byProjection.put(checkpoint.projection(), committer));
    }

    /** Its checkpoint is cleared on purpose. */
    void forget(String projection) {
        byProjection.remove(projection);
    }

    /** How far the database went back behind what it had acknowledged here, for people to read; empty if it did not. */
    Optional<String> lossBefore(Checkpoint found) {
        return Optional.ofNullable(byProjection.get(found.projection()))
                .flatMap(committer -> committer.checkpoints().stream()
                        .filter(checkpoint -> checkpoint.projection().equals(found.projection()))
                        .findFirst())
                .flatMap(acknowledged -> loss(acknowledged, found));
    }

    /** How far the database went back, for people to read; empty if it did not. */
    static Optional<String> loss(Checkpoint acknowledged, Checkpoint found) {
        return isBefore(found.position(), acknowledged.position())
                ? Optional.of(describe(acknowledged, found))
                : Optional.empty();
    }

    private static boolean isBefore(Optional<Position> found, Optional<Position> acknowledged) {
        return acknowledged.isPresent()
                && (found.isEmpty() || acknowledged.get().isAfter(found.get()));
    }

    private static String describe(Checkpoint acknowledged, Checkpoint found) {
        return "The database lost commits of projection " + found.projection() + " that it had acknowledged"
                + (isSurelyLost(acknowledged, found) ? "" : ", or somebody reset it")
                + ": expected its checkpoint at " + where(acknowledged) + ", but it stands at " + where(found)
                + ". Rows went back with it; reading again from there.";
    }

    /** After a reset nobody has moved it, or somebody has, later. */
    private static boolean isSurelyLost(Checkpoint acknowledged, Checkpoint found) {
        return found.movedAt().isPresent()
                && acknowledged.movedAt().isPresent()
                && found.movedAt().get().isBefore(acknowledged.movedAt().get());
    }

    private static String where(Checkpoint checkpoint) {
        return checkpoint.position().map(Position::toString).orElse("the beginning")
                + checkpoint.movedAt().map(time -> ", where it came at " + time).orElse("");
    }
}
