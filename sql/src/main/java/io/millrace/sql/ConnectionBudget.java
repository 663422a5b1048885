package io.millrace.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * How many connections a program needs: one for each projection's flushes, one for the leases, two for everything else.
 *
 * @param projections that it may run at once
 */
record ConnectionBudget(int projections) {
    static final int FOR_LEASES = 1;
    static final int FOR_EVERYTHING_ELSE = 2;

    private static final String LIMITS = """
            SELECT current_setting('max_connections')::int \
            - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int \
            + coalesce(current_setting('reserved_connections', true)::int, 0) END, \
            CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END, \
            CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END \
            FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()""";

    int needed() {
        return projections + FOR_LEASES + FOR_EVERYTHING_ELSE;
    }

    /** The sum, for people to read. */
    @Override
    public String toString() {
        return needed() + " (" + projections + (projections == 1 ? " projection" : " projections") + " + " + FOR_LEASES
                + " for the leases + " + FOR_EVERYTHING_ELSE + " for everything else)";
    }

    /**
     * Makes sure that the server lets one program open so many.
     *
     * @throws StartRefusedException if it would not
     */
    void check(Connection connection) throws SQLException {
        List<String> tooSmall = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LIMITS)) {
            row.next();
            compare("max_connections, less those that are reserved,", row.getInt(1), tooSmall);
            compare("the role's CONNECTION LIMIT", row.getInt(2), tooSmall);
            compare("the database's CONNECTION LIMIT", row.getInt(3), tooSmall);
        }
        if (!tooSmall.isEmpty()) {
            throw tooFew(String.join("; ", tooSmall));
        }
    }

    /** Minus one is none. */
    private void compare(String name, int limit, List<String> tooSmall) {
        if (limit >= 0 && limit < needed()) {
            tooSmall.add(name + " allows " + limit);
        }
    }

    StartRefusedException tooFew(String limit) {
        return new StartRefusedException(
                StartRefusedException.Reason.TOO_FEW_CONNECTIONS,
                "expected to be allowed " + this + " connections to PostgreSQL: " + limit
                        + ". Raise that, or run fewer projections in one program");
    }
}
