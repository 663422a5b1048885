package io.millrace.bench.endtoend;

import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.StubRead;

/** The limit: the generated stub, nothing done with the events. */
final class DrainLane implements Lane {
    private final FlightStore store;
    private final int events;

    DrainLane(FlightStore store, int events) {
        this.store = store;
        this.events = events;
    }

    @Override
    public String name() {
        return "drain";
    }

    @Override
    public Run begin() {
        return new Run() {
            @Override
            public void run() throws Exception {
                StubRead.run(store.stub(), events, event -> {});
            }

            @Override
            public void close() {}
        };
    }
}
