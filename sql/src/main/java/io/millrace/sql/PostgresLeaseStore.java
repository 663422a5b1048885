package io.millrace.sql;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.checkpoint.lease.LeaseStoreException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the leases in {@code millrace.leases}. It has one connection of its own, so that flushes cannot starve it, and
 * needs nothing of its session, so that it may be another one behind a pooler each time. After an error the next
 * request opens another.
 */
final class PostgresLeaseStore implements LeaseStore {
    private static final String COLUMNS = " AS board(projection text, id uuid, host text, process_id bigint,"
            + " given_up text[], epoch bigint, microseconds_left bigint, claimant_id uuid, claimant_host text,"
            + " claimant_process_id bigint)";
    private static final String RENEW = "SELECT * FROM millrace.renew_leases(?::uuid, ?::text, ?::bigint,"
            + " ?::bigint * interval '1 millisecond', ?::boolean, ?::text[], ?::text[], ?::bigint[], ?::text[])"
            + COLUMNS;
    private static final String TAKE = "SELECT millrace.take_lease(?::uuid, ?::text, ?::bigint,"
            + " ?::bigint * interval '1 millisecond', ?::text)";
    private static final String RELEASE = "SELECT millrace.release_lease(?::uuid, ?::text, ?::bigint)";
    private static final String LEAVE = "SELECT millrace.forget_instance(?::uuid)";

    private final Opening opening;
    private @Nullable Connection connection;

    /** Opens connections whose requests don't wait long. */
    @FunctionalInterface
    interface Opening {
        Connection open() throws SQLException;
    }

    /** What is asked over a connection. */
    private interface Request<T> {
        T ask(Connection connection) throws SQLException;
    }

    PostgresLeaseStore(Opening opening) {
        this.opening = opening;
    }

    @Override
    public LeaseBoard renew(Beat beat) {
        return ask("The leases cannot be renewed", on -> {
            try (PreparedStatement statement = on.prepareStatement(RENEW)) {
                int at = bind(statement, beat.self(), beat.validFor());
                List<String> held = List.copyOf(beat.held().keySet());
                statement.setBoolean(at++, beat.bid() == Bid.SHARE);
                statement.setArray(at++, texts(on, beat.givenUp()));
                statement.setArray(at++, texts(on, held));
                statement.setArray(
                        at++,
                        on.createArrayOf(
                                "int8", held.stream().map(beat.held()::get).toArray()));
                statement.setArray(at, texts(on, beat.claimed()));
                try (ResultSet rows = statement.executeQuery()) {
                    return LeaseRows.read(rows);
                }
            }
        });
    }

    private static Array texts(Connection on, Collection<String> texts) throws SQLException {
        return on.createArrayOf("text", texts.toArray());
    }

    private static int bind(PreparedStatement statement, Instance self, Duration validFor) throws SQLException {
        statement.setString(1, self.id().toString());
        statement.setString(2, self.host());
        statement.setLong(3, self.processId());
        statement.setLong(4, validFor.toMillis());
        return 5;
    }

    @Override
    public OptionalLong take(Instance self, String projection, Duration validFor) {
        return ask("The lease of projection " + projection + " cannot be taken", on -> {
            try (PreparedStatement statement = on.prepareStatement(TAKE)) {
                statement.setString(bind(statement, self, validFor), projection);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    long epoch = row.getLong(1);
                    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(epoch);
                }
            }
        });
    }

    @Override
    public void release(Instance self, String projection, long epoch) {
        ask("The lease of projection " + projection + " cannot be released", on -> {
            try (PreparedStatement statement = on.prepareStatement(RELEASE)) {
                statement.setString(1, self.id().toString());
                statement.setString(2, projection);
                statement.setLong(3, epoch);
                return statement.execute();
            }
        });
    }

    @Override
    public void leave(Instance self) {
        ask("Millrace cannot say goodbye to its other instances", on -> {
            try (PreparedStatement statement = on.prepareStatement(LEAVE)) {
                statement.setString(1, self.id().toString());
                return statement.execute();
            }
        });
    }

    private <T> T ask(String what, Request<T> request) {
        try {
            if (connection == null) {
                connection = opening.open();
            }
            return request.ask(connection);
        } catch (SQLException e) {
            close();
            throw new LeaseStoreException(
                    String.valueOf(PostgresException.asking(what, e).getMessage()), e);
        }
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException alreadyGone) {
                // It is to be gone.
            }
        }
    }
}
