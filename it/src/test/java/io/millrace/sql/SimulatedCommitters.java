package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.batching.ParkedStreams;
import io.millrace.batching.SetAside;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.it.simulation.DatabaseSession;
import io.millrace.it.simulation.DatabaseSession.Lost;
import io.millrace.it.simulation.DatabaseSession.Refused;
import io.millrace.it.simulation.SimulatedDatabase;
import io.millrace.it.simulation.SimulatedProcess;
import io.millrace.projections.Effect;
import io.millrace.projections.Projection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** The committer that is shipped, over sessions at a simulated database. */
public final class SimulatedCommitters {

    private SimulatedCommitters() {}

    /**
     * A committer of one process that goes on from this checkpoint, connected.
     *
     * @throws Lost if it cannot be connected
     */
    public static PostgresBatchCommitter of(
            SimulatedDatabase database,
            SimulatedProcess process,
            Projection projection,
            Checkpoint checkpoint,
            Writer writer) {
        return of(projection.name(), database, process, List.of(projection), List.of(checkpoint), writer);
    }

    /**
     * The same, of one projection or of several that flush together.
     *
     * @throws Lost if it cannot be connected
     */
    public static PostgresBatchCommitter of(
            String name,
            SimulatedDatabase database,
            SimulatedProcess process,
            List<Projection> projections,
            List<Checkpoint> checkpoints,
            Writer writer) {
        PostgresBatchCommitter committer = PostgresBatchCommitter.overGroup(
                name,
                writing -> new Session(told(() -> database.connect(process))),
                "public",
                projections,
                checkpoints,
                writer);
        try {
            committer.connect();
            return committer;
        } catch (SQLException e) {
            throw new Lost(String.valueOf(e.getMessage()));
        }
    }

    private static final class Session implements FlushSession {
        private final DatabaseSession session;

        Session(DatabaseSession session) {
            this.session = session;
        }

        @Override
        public Backend backend() {
            return new Backend(session.processId(), "then");
        }

        @Override
        public long flush(Flush flush, Writer writer) throws SQLException {
            List<DatabaseSession.Move> moves =
                    flush.moves().stream().map(move -> move(move, writer)).toList();
            return told(() -> session.flush(moves));
        }

        private static DatabaseSession.Move move(Flush.Move move, Writer writer) {
            Checkpoint from = move.from();
            Batch batch = move.batch();
            return new DatabaseSession.Move(
                    from.projection(),
                    from.epoch(),
                    from.flushNumber(),
                    from.position(),
                    batch.checkpoint(),
                    batch.lastHandled(),
                    written(move.plan(), batch),
                    effects(batch),
                    writer);
        }

        /** What is put aside is written only by statements of its own. */
        private static SetAside written(StatementPlan plan, Batch batch) {
            boolean isPlanned = plan.statements().stream()
                    .anyMatch(statement -> statement.text().contains("millrace.parked_events"));
            return isPlanned ? batch.setAside() : SetAside.NONE;
        }

        private static List<Effect> effects(Batch batch) {
            List<Effect> effects = new ArrayList<>();
            for (Segment segment : batch.changes().segments()) {
                if (!(segment instanceof Segment.Rows rows)) {
                    throw new IllegalStateException("expected no raw SQL in the simulation");
                }
                rows.tables()
                        .forEach((model, byKey) ->
                                byKey.forEach((key, change) -> effects.add(new Effect.OnRow(model, key, change))));
            }
            return effects;
        }

        @Override
        public void rollback() throws SQLException {
            told(() -> {
                session.rollback();
                return true;
            });
        }

        @Override
        public List<Checkpoint> readCheckpoints(List<String> projections) throws SQLException {
            return told(() -> session.readCheckpoints(projections));
        }

        @Override
        public ParkedStreams readParked(Checkpoint checkpoint) throws SQLException {
            return told(() -> session.readParked(checkpoint));
        }

        @Override
        public boolean ended(Backend lost, long waitMs) throws SQLException {
            return told(() -> session.end(lost.processId(), Duration.ofMillis(waitMs)));
        }

        @Override
        public void release() {
            // Says something to others that this simulation does not ask.
        }

        @Override
        public void discard() {
            session.discard();
        }
    }

    /** As the driver says it. */
    private static <T> T told(Supplier<T> call) throws SQLException {
        try {
            return call.get();
        } catch (Lost lost) {
            throw new PSQLException(lost.getMessage(), PSQLState.CONNECTION_FAILURE);
        } catch (Refused refused) {
            throw new PSQLException(
                    new ServerErrorMessage("SERROR\0C" + refused.sqlState() + "\0M" + refused.getMessage() + "\0"));
        }
    }
}
