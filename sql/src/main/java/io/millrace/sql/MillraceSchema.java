package io.millrace.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/** Our own schema, {@code millrace}: checkpoints, server functions, and which version of them there is. */
final class MillraceSchema {
    static final String NAME = "millrace";
    static final int VERSION = 1;

    /** The advisory lock under which schemas and tables are made; its number is "millrace" in ASCII. */
    static final String LOCK = "SELECT pg_advisory_xact_lock(" + 0x6d696c6c72616365L + ")";

    private MillraceSchema() {}

    /**
     * Creates or upgrades it, in the caller's transaction and under {@link #LOCK}, so that two programs that start at
     * once don't get into each other's way.
     */
    static void install(Connection connection) throws SQLException {
        int version = version(connection);
        if (version > VERSION) {
            throw new StartRefusedException(
                    StartRefusedException.Reason.NEWER_SCHEMA,
                    "expected the schema millrace in version " + VERSION + " or older: version=" + version
                            + "; a newer Millrace made it: run that version, or another database");
        }
        try (Statement statement = connection.createStatement()) {
            if (version == 0 && !exists(connection, "to_regnamespace('" + NAME + "')")) {
                statement.execute("CREATE SCHEMA " + NAME);
            }
            for (int next = version + 1; next <= VERSION; next++) {
                statement.execute(script(next));
                statement.execute(recordVersion(next));
            }
        }
    }

    /** The installed version; 0 if there is none. */
    static int version(Connection connection) throws SQLException {
        if (!exists(connection, "to_regclass('" + NAME + ".schema_version')")) {
            return 0;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT max(version) FROM millrace.schema_version")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** The statements that {@link #install} runs where there is nothing yet. */
    static String script() {
        StringBuilder script = new StringBuilder("CREATE SCHEMA IF NOT EXISTS " + NAME + ";\n\n");
        for (int version = 1; version <= VERSION; version++) {
            script.append(script(version))
                    .append('\n')
                    .append(recordVersion(version))
                    .append(";\n");
        }
        return script.toString();
    }

    private static String recordVersion(int version) {
        return "INSERT INTO millrace.schema_version (version) VALUES (" + version + ")";
    }

    private static boolean exists(Connection connection, String regExpression) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + regExpression + " IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String script(int version) {
        String name = "schema-" + version + ".sql";
        try (InputStream in = Objects.requireNonNull(MillraceSchema.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("expected to find " + name + " in our own jar", e);
        }
    }
}
