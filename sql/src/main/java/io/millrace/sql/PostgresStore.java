package io.millrace.sql;

import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.Writer;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL database that holds read models: the way in to everything in this module. Safe for several threads. */
public final class PostgresStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresStore.class);

    private final PostgresSettings settings;
    private final ConnectionPool pool;
    private final CheckpointStore checkpoints;
    private final LastCommitters lastCommitters = new LastCommitters();

    private PostgresStore(PostgresSettings settings, ConnectionPool pool) {
        this.settings = settings;
        this.pool = pool;
        this.checkpoints = new PostgresCheckpointStore(pool, settings.schema(), lastCommitters::forget);
    }

    /**
     * Connects; creates nothing yet.
     *
     * @throws PostgresException if the database cannot be used; its kind says why
     */
    public static PostgresStore open(PostgresSettings settings) {
        return new PostgresStore(settings, ConnectionPool.open(settings));
    }

    /**
     * Makes the database ready for a projection, creating what is missing, and opens the connection that its flushes go
     * over.
     *
     * @return the committer, which stands at the projection's checkpoint
     * @throws StartRefusedException if database and projection don't fit; then nothing was written
     * @throws PostgresException if the database cannot be used
     */
    public PostgresBatchCommitter committerFor(Projection projection) {
        return committer(projection, register(projection, OptionalLong.empty()));
    }

    /**
     * A projection that the database is ready for.
     *
     * @param checkpoint where it stands
     * @param parked what it has parked up to there
     */
    public record Standing(Projection projection, Checkpoint checkpoint, ParkedStreams parked) {}

    /**
     * Makes the database ready for a projection under a lease, creating what is missing: raises the checkpoint's epoch to
     * the lease's, after which nobody can write under an older one. Ends server processes of older epochs that would block
     * it.
     *
     * @param epoch of the lease of this projection, which the caller holds
     * @throws StartRefusedException if database and projection don't fit; {@code LEASE_LOST} if a later epoch has taken
     *     over already
     */
    public Standing ready(Projection projection, long epoch) {
        takeOver(projection.name(), epoch);
        Checkpoint checkpoint = register(projection, OptionalLong.of(epoch));
        try (Connection connection = pool.borrow()) {
            return new Standing(projection, checkpoint, ParkedRows.streams(connection, checkpoint));
        } catch (SQLException e) {
            throw PostgresException.asking("What projection " + projection.name() + " has parked cannot be told", e);
        }
    }

    /**
     * The same for one that was made ready under this epoch here, and whose tables are what they were: looks only where it
     * stands, and waits for nobody but who moves its checkpoint.
     */
    public Standing readyAgain(Projection projection, long epoch) {
        try (Connection connection = pool.borrow()) {
            Optional<Checkpoint> found =
                    Transaction.in(connection, () -> CheckpointRow.findForUpdate(connection, projection.name()));
            if (found.isPresent() && found.get().epoch() == epoch) {
                return new Standing(projection, found.get(), ParkedRows.streams(connection, found.get()));
            }
        } catch (SQLException e) {
            throw PostgresException.asking("Where projection " + projection.name() + " stands cannot be told", e);
        }
        return ready(projection, epoch);
    }

    /**
     * Opens the connection that flushes go over: of one projection, or of several that flush together. Those may have
     * parked nothing.
     *
     * @param name what errors call it: the projection, or the group
     */
    public PostgresBatchCommitter committerFor(String name, List<Standing> members) {
        return connected(PostgresBatchCommitter.overGroup(
                name,
                pool,
                settings.schema(),
                members.stream().map(Standing::projection).toList(),
                members.stream().map(Standing::checkpoint).toList(),
                thisProcess(),
                settings.timeouts()));
    }

    /**
     * The same under a lease, as {@link #ready} makes it.
     *
     * @param epoch of the lease of this projection, which the caller holds
     * @throws StartRefusedException {@code LEASE_LOST} if a later epoch has taken over already
     */
    public PostgresBatchCommitter committerFor(Projection projection, long epoch) {
        takeOver(projection.name(), epoch);
        return committer(projection, register(projection, OptionalLong.of(epoch)));
    }

    private void takeOver(String projection, long epoch) {
        try (Connection connection = pool.borrow()) {
            Takeover.raise(connection, projection, epoch);
        } catch (SQLException e) {
            throw PostgresException.asking("Projection " + projection + " cannot be taken over", e);
        }
    }

    private PostgresBatchCommitter committer(Projection projection, Checkpoint checkpoint) {
        return connected(PostgresBatchCommitter.over(
                pool, settings.schema(), projection, checkpoint, thisProcess(), settings.timeouts()));
    }

    private PostgresBatchCommitter connected(PostgresBatchCommitter committer) {
        try {
            committer.connect();
        } catch (SQLException e) {
            throw PostgresException.connecting(e);
        }
        committer
                .checkpoints()
                .forEach(found -> lastCommitters.lossBefore(found).ifPresent(log::warn));
        lastCommitters.remember(committer);
        return committer;
    }

    /** Checkpoints can be read before any projection has started: then there are none. */
    public CheckpointStore checkpoints() {
        return checkpoints;
    }

    /**
     * Makes the database ready for leases, creating our own schema where it is missing.
     *
     * @param projections whose tables the administrator's script shall create, where we may not create the schema
     * @throws StartRefusedException if we may not create the schema, or it is of a newer version
     */
    public void prepareLeases(Collection<? extends Projection> projections) {
        try (Connection connection = pool.borrow()) {
            if (MillraceSchema.version(connection) != MillraceSchema.VERSION) {
                Transaction.in(connection, () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(MillraceSchema.LOCK);
                    }
                    MillraceSchema.install(connection);
                    return MillraceSchema.VERSION;
                });
            }
        } catch (SQLException e) {
            if (SqlFailure.state(e).equals("42501")) {
                throw rightsMissing("Millrace cannot start", projections, e);
            }
            throw PostgresException.asking("The leases cannot be prepared", e);
        }
    }

    /** The leases in this database, over a connection of their own that the caller closes. */
    public LeaseStore leases() {
        return new PostgresLeaseStore(pool::openForLeases);
    }

    /** The instances that live and the leases, looked at without changing any; empty where there is no schema yet. */
    public LeaseBoard lookAtLeases() {
        try (Connection connection = pool.borrow()) {
            return MillraceSchema.version(connection) == 0
                    ? new LeaseBoard(List.of(), Map.of())
                    : LeaseRows.look(connection);
        } catch (SQLException e) {
            throw PostgresException.asking("The leases cannot be read", e);
        }
    }

    /** This program, to take leases as. */
    public static Instance thisInstance() {
        Writer process = thisProcess();
        return new Instance(process.id(), process.host(), process.processId());
    }

    /**
     * Looks what the writers of a projection wait for: another session's locks. Those of its older epochs are ended.
     *
     * @param epoch of the caller's lease
     * @return who else blocks, for people to read; empty if nobody does
     */
    public Optional<String> endOlderAndNameBlockers(String projection, long epoch) {
        try (Connection connection = pool.borrow()) {
            List<WriterSessions.Blocker> blockers = WriterSessions.blockers(connection, projection, epoch);
            if (blockers.stream().anyMatch(WriterSessions.Blocker::older)) {
                WriterSessions.endOlder(connection, projection, epoch);
                blockers = WriterSessions.blockers(connection, projection, epoch);
            }
            return WriterSessions.describe(blockers);
        } catch (SQLException e) {
            throw PostgresException.asking("Who blocks projection " + projection + " cannot be told", e);
        }
    }

    /** What the writers of a projection wait for; empty if they don't, or if there are none. */
    public Optional<String> blockersOf(String projection) {
        try (Connection connection = pool.borrow()) {
            return WriterSessions.describe(WriterSessions.blockers(connection, projection, 0));
        } catch (SQLException e) {
            throw PostgresException.asking("Who blocks projection " + projection + " cannot be told", e);
        }
    }

    /** Who keeps old versions of rows from being removed, so that flushes grow slow; empty if nobody does for long. */
    public Optional<OldestSnapshot> oldestSnapshot() {
        try (Connection connection = pool.borrow()) {
            return OldestSnapshot.find(connection);
        } catch (SQLException e) {
            throw PostgresException.asking("Who holds the oldest snapshot cannot be told", e);
        }
    }

    /** What projections have parked. */
    public ParkedEvents parkedEvents() {
        return new ParkedEvents(pool);
    }

    /** Whether somebody's session writes this projection now. */
    public boolean isBeingWritten(String projection) {
        try (Connection connection = pool.borrow()) {
            return Inspection.isBeingWritten(connection, projection);
        } catch (SQLException e) {
            throw PostgresException.asking("The writers of projection " + projection + " cannot be told", e);
        }
    }

    /**
     * A few rows for people to look at: those with the largest values in a column.
     *
     * @return each row as text, first its key, then its columns, in the order of the read model; NULL is empty text
     */
    public List<List<String>> topRows(ReadModel model, String column, int limit) {
        try (Connection connection = pool.borrow()) {
            return Inspection.topRows(connection, settings.schema(), model, column, limit);
        } catch (SQLException e) {
            throw PostgresException.asking("Table " + model.table() + " cannot be read", e);
        }
    }

    /**
     * What a projection's flushes took, by reason: counted with the checkpoint, in buckets of five minutes.
     *
     * @param lastMinutes how far back the buckets may have begun, up to 48 hours; empty for all since the start
     * @return nothing if the projection never flushed
     */
    public List<FlushCounts> flushCounts(String projection, OptionalLong lastMinutes) {
        try (Connection connection = pool.borrow()) {
            return MillraceSchema.version(connection) == 0
                    ? List.of()
                    : Inspection.flushCounts(connection, projection, lastMinutes);
        } catch (SQLException e) {
            throw PostgresException.asking("The flushes of projection " + projection + " cannot be told", e);
        }
    }

    /** The statements that create everything, for an administrator to run. */
    public static String schemaScript(PostgresSettings settings, Collection<? extends Projection> projections) {
        return SchemaScript.of(settings, projections);
    }

    private Checkpoint register(Projection projection, OptionalLong epoch) {
        try (Connection connection = pool.borrow()) {
            return Transaction.in(connection, () -> {
                if (epoch.isPresent()) {
                    Takeover.writeAs(connection, projection.name(), epoch.getAsLong());
                }
                try (Statement statement = connection.createStatement()) {
                    statement.execute(MillraceSchema.LOCK);
                }
                MillraceSchema.install(connection);
                return new Registration(connection, projection, settings.schema(), epoch).register();
            });
        } catch (SQLException e) {
            if (SqlFailure.state(e).equals("42501")) {
                throw rightsMissing("projection " + projection.name() + " cannot start", List.of(projection), e);
            }
            throw PostgresException.asking("Projection " + projection.name() + " cannot be registered", e);
        }
    }

    private StartRefusedException rightsMissing(
            String what, Collection<? extends Projection> projections, SQLException e) {
        return new StartRefusedException(
                StartRefusedException.Reason.RIGHTS_MISSING,
                what + ": " + e.getMessage()
                        + ". Have an administrator run these statements, those that are not done yet:\n\n"
                        + SchemaScript.of(settings, projections),
                e);
    }

    private static Writer thisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        return new Writer(UUID.randomUUID(), host, ProcessHandle.current().pid());
    }

    /** How many connections it may have open at once, besides that of the leases. */
    public int connections() {
        return pool.size();
    }

    /**
     * Makes sure that the server allows the connections that so many projections need, and a pooler lends them all at once;
     * says how many those are.
     *
     * @return the sum, for people to read
     * @throws StartRefusedException if it does not
     */
    public String requireConnections(int projections) {
        ConnectionBudget budget = new ConnectionBudget(projections);
        try (Connection connection = pool.borrow()) {
            pool.require(budget, connection);
        } catch (SQLException e) {
            throw PostgresException.asking("The limits of connections cannot be read", e);
        }
        return budget
                + (pool.isBehindPooler()
                        ? ", all at once: the pooler's pool (default_pool_size or pool_size of PgBouncer) must be as large"
                        : "");
    }

    @Override
    public void close() {
        pool.close();
    }
}
