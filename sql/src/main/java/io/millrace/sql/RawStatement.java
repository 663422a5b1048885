package io.millrace.sql;

import io.millrace.projections.Effect;
import io.millrace.projections.Json;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/**
 * Checks a user's own statement with the driver's parser before it is put among ours: it must be one statement, end
 * where it seems to end, and leave transaction and session alone.
 */
final class RawStatement {
    private static final Set<String> FORBIDDEN = Set.of(
            "abort",
            "begin",
            "close",
            "commit",
            "copy",
            "deallocate",
            "declare",
            "discard",
            "end",
            "execute",
            "fetch",
            "listen",
            "move",
            "prepare",
            "release",
            "reset",
            "rollback",
            "savepoint",
            "set",
            "start",
            "unlisten");
    private static final String AFTERWARDS = "SELECT 1";

    private RawStatement() {}

    static StatementPlan.Planned planned(Effect.RawSql raw) {
        NativeQuery query = parsed(raw.sql());
        int expected = query.bindPositions.length;
        if (expected != raw.parameters().size()) {
            throw new IllegalArgumentException("expected one parameter per ? of the raw SQL: placeholders=" + expected
                    + ", parameters=" + raw.parameters().size() + ", sql=" + raw.sql());
        }
        List<Parameter> parameters = new ArrayList<>(expected);
        for (@Nullable Object value : raw.parameters()) {
            parameters.add(new Parameter.Raw(value));
        }
        return new StatementPlan.Planned(withoutSemicolon(raw.sql()), parameters, true);
    }

    /** Binds with a type wherever the driver knows one. */
    static void bind(PreparedStatement statement, int at, @Nullable Object value) throws SQLException {
        if (value instanceof Instant instant) {
            statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof Json json) {
            statement.setObject(at, json.text(), Types.OTHER);
        } else {
            statement.setObject(at, value);
        }
    }

    private static NativeQuery parsed(String sql) {
        List<NativeQuery> queries;
        try {
            // An open quote or comment would swallow what we append, and with it our COMMIT.
            queries = Parser.parseJdbcSql(sql + "\n;" + AFTERWARDS, true, true, true, false, false);
        } catch (SQLException e) {
            throw new IllegalArgumentException("expected raw SQL that can be parsed: sql=" + sql, e);
        }
        if (queries.size() != 2 || !queries.get(1).nativeSql.strip().equals(AFTERWARDS)) {
            throw new IllegalArgumentException("expected raw SQL to be one complete statement: statements="
                    + (queries.size() - 1) + ", sql=" + sql + "; call execute once for each");
        }
        String keyword = firstWord(queries.get(0).nativeSql);
        if (FORBIDDEN.contains(keyword)) {
            throw new IllegalArgumentException("expected raw SQL that leaves transaction, session and protocol alone:"
                    + " statement=" + keyword.toUpperCase(Locale.ROOT) + ", sql=" + sql);
        }
        return queries.get(0);
    }

    private static String firstWord(String sql) {
        int at = 0;
        while (at < sql.length()) {
            if (Character.isWhitespace(sql.charAt(at)) || sql.charAt(at) == '(') {
                at++;
            } else if (sql.startsWith("--", at)) {
                at = Parser.parseLineComment(sql.toCharArray(), at) + 1;
            } else if (sql.startsWith("/*", at)) {
                at = Parser.parseBlockComment(sql.toCharArray(), at) + 1;
            } else {
                break;
            }
        }
        int end = at;
        while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
            end++;
        }
        return sql.substring(at, end).toLowerCase(Locale.ROOT);
    }

    private static String withoutSemicolon(String sql) {
        String stripped = sql.strip();
        return stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
