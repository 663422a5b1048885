package io.millrace.bench.engines;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.millrace.bench.machine.Database;

/** The pool that Millrace uses, for the peers. */
final class Pools {
    private static final int CONNECTIONS = 6;

    private Pools() {}

    static HikariDataSource open(Database database, boolean rewriteInserts) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url() + "&reWriteBatchedInserts=" + rewriteInserts);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setAutoCommit(false);
        return new HikariDataSource(config);
    }
}
