package io.millrace.sql;

import java.util.List;

/** Makes the shared server ask one role for its password; the server as it comes trusts everybody. */
record PasswordRequired(TestDatabase database, String role, List<String> before) implements AutoCloseable {

    static PasswordRequired of(TestDatabase database) {
        String role = "guarded_" + database.name();
        database.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'right'");
        List<String> before = database.query("SELECT pg_read_file(current_setting('hba_file'))");
        rewrite(database, "host all " + role + " all scram-sha-256\n" + before.get(0));
        return new PasswordRequired(database, role, before);
    }

    String url() {
        return database.url();
    }

    private static void rewrite(TestDatabase database, String hba) {
        database.execute("DO $do$ BEGIN EXECUTE format('COPY (SELECT unnest(string_to_array(%L, E''\\n''))) TO %L',"
                + " $hba$" + hba.stripTrailing() + "$hba$, current_setting('hba_file')); END $do$;"
                + " SELECT pg_reload_conf()");
    }

    @Override
    public void close() {
        rewrite(database, before.get(0));
    }
}
