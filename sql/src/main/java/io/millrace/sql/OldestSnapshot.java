package io.millrace.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Who keeps PostgreSQL from removing old versions of rows: each flush leaves some, and every later one reads past them as
 * long as somebody's snapshot could still see them. A session, a standby that reports what it reads, a replication slot or
 * a prepared transaction (PostgreSQL's manual, 25.1.5). Immutable.
 *
 * @param kind what it is, for people to read
 * @param processId of the server's process that holds it; 0 for one without
 * @param whose role and program, for people to read; empty if there is none, or our role may not see it
 * @param age since when; empty if that is not known
 * @param transactions how many transactions have begun since
 */
public record OldestSnapshot(String kind, int processId, String whose, Optional<Duration> age, long transactions) {
    /** A snapshot that is younger is nobody's fault. */
    private static final int LEAST_SECONDS = 5;
    /** The same, where nobody says since when it is. */
    private static final int LEAST_TRANSACTIONS = 100;

    private static final String IN_THE_WAY = "SELECT CASE WHEN backend_type = 'walsender'"
            + " THEN 'a standby that reports what it reads (hot_standby_feedback)'"
            + " WHEN application_name = 'pg_dump' THEN 'a dump'"
            + " WHEN state IS NULL THEN 'a session that our role may not look into (pg_read_all_stats lets it)'"
            + " WHEN state LIKE 'idle in transaction%' THEN 'a transaction that is idle'"
            + " ELSE 'a transaction at work' END AS kind, pid,"
            + " concat_ws(', ', nullif(usename, ''), nullif(application_name, '')) AS whose,"
            + " extract(epoch FROM clock_timestamp() - coalesce(xact_start, backend_start)) AS seconds,"
            + " greatest(coalesce(age(backend_xmin), 0), coalesce(age(backend_xid), 0)) AS transactions"
            + " FROM pg_stat_activity WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"
            + " AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'"
            + " AND (datname = current_database() OR backend_type = 'walsender')"
            + " UNION ALL SELECT 'replication slot ' || slot_name, coalesce(active_pid, 0), '', NULL,"
            + " greatest(coalesce(age(xmin), 0), coalesce(age(catalog_xmin), 0))"
            + " FROM pg_replication_slots WHERE xmin IS NOT NULL"
            + " UNION ALL SELECT 'prepared transaction ' || gid, 0, owner::text,"
            + " extract(epoch FROM clock_timestamp() - prepared), age(transaction)"
            + " FROM pg_prepared_xacts WHERE database = current_database()";

    private static final String OLDEST = "SELECT kind, pid, whose, seconds::bigint, transactions FROM (" + IN_THE_WAY
            + ") AS held WHERE CASE WHEN seconds IS NULL THEN transactions >= " + LEAST_TRANSACTIONS
            + " ELSE seconds >= ? END ORDER BY transactions DESC, seconds DESC NULLS LAST LIMIT 1";

    /** The one that holds most; empty if all are a few seconds old. */
    static Optional<OldestSnapshot> find(Connection connection) throws SQLException {
        return find(connection, LEAST_SECONDS);
    }

    static Optional<OldestSnapshot> find(Connection connection, int leastSeconds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setInt(1, leastSeconds);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        }
    }

    private static OldestSnapshot read(ResultSet row) throws SQLException {
        long seconds = row.getLong(4);
        Optional<Duration> age = row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
        return new OldestSnapshot(row.getString(1), row.getInt(2), row.getString(3), age, row.getLong(5));
    }

    /** Whether it is the same one, some time later. */
    public boolean isSameAs(OldestSnapshot earlier) {
        return kind.equals(earlier.kind) && processId == earlier.processId && whose.equals(earlier.whose);
    }

    @Override
    public String toString() {
        return kind
                + (processId == 0 ? "" : ", server process " + processId)
                + (whose.isEmpty() ? "" : " (" + whose + ")")
                + age.map(since -> ", for " + words(since)).orElse("")
                + ", " + transactions + (transactions == 1 ? " transaction" : " transactions") + " back";
    }

    private static String words(Duration age) {
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min " + age.toSecondsPart() + " s" : age.toSeconds() + " s";
    }
}
