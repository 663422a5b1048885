package io.millrace.bench.live;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.examples.AirportDepartures;
import java.sql.SQLException;

/** Opens Millrace's projector with its default settings, and compares what is in the table with what must be. */
final class LiveProjector {
    private LiveProjector() {}

    static OurProjector open(FlightStore store, Database database, Visible visible) {
        return OurProjector.open(
                database.url(),
                AirportDepartures.AIRPORT_DEPARTURES,
                store.connection().source(),
                FlushPolicy.DEFAULT,
                Until.STOPPED,
                visible);
    }

    /** Reads as another session. */
    static void verify(Database database, long flights) throws SQLException {
        String counted = database.text("SELECT sum(flights) FROM ours.airport_departures");
        if (!counted.equals(Long.toString(flights))) {
            throw new IllegalStateException("expected each flight once: flights=" + flights + ", counted=" + counted);
        }
    }
}
