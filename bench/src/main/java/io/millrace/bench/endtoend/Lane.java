package io.millrace.bench.endtoend;

import java.sql.SQLException;

/** One way to bring all events of the store into the read model, or just here. For one thread. */
interface Lane {
    String name();

    /** Connects, with an empty read model; not measured. */
    Run begin() throws Exception;

    /** One measurement. */
    interface Run extends AutoCloseable {
        /** Returns when all events are where they belong. */
        void run() throws Exception;

        @Override
        void close() throws SQLException;
    }
}
