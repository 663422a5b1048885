package io.millrace.bench.engines;

import io.millrace.projections.EventEnvelope;
import java.sql.SQLException;
import java.util.List;

/** An engine with its settings, ready to be measured again and again. For one thread. */
interface Contender {
    /** Tells it from all others: {@code engine-settings}. */
    String name();

    /** Rounds are of a multiple of so many events, that nobody waits for a group to fill. */
    default int groupSize() {
        return 1;
    }

    /** Connects, with an empty read model; not measured. */
    Run begin(List<EventEnvelope> events) throws Exception;

    /** One measurement. */
    interface Run extends AutoCloseable {
        /** Returns when all events are in the read model, committed. */
        void run() throws Exception;

        /** The schema that holds the read model. */
        String schema();

        @Override
        void close() throws SQLException;
    }
}
