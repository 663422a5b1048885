package io.millrace.bench.parts;

import io.millrace.batching.ChangeSet;
import io.millrace.batching.FoldAlone;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.AirportTotals;
import io.millrace.bench.workload.FlightFile;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.SameDecoder;
import io.millrace.sql.PlanAlone;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** The hot path's parts over a batch of 1,000 flights of the first workload; times and allocations are per event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Parts {
    private static final int BATCH = 1_000;

    private final Workload workload = new AirportTotals();
    private final SameDecoder<Flight> decoder = new SameDecoder<>(Flight.class);
    private final PlanAlone planner = new PlanAlone(workload.projection().readModels());
    private final List<EventEnvelope> events;
    private final List<List<Effect>> effects;
    private final ChangeSet changes;
    private final Object plan;

    /** What a flight's data holds. */
    public record Flight(String origin, int delay_min, int distance_mi) {}

    /** Prepares what each part takes from the one before it. */
    public Parts() {
        try {
            this.events = FlightFile.events(Optional.empty(), BATCH);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        this.effects = new ArrayList<>();
        events.forEach(event -> effects.add(workload.projection().effectsOf(event)));
        this.changes = FoldAlone.fold(effects);
        this.plan = planner.plan(changes);
    }

    /** A connection, for the driver to encode with; nothing is sent. */
    @State(Scope.Benchmark)
    public static class Driver {
        private final Database database;
        private final Connection connection;

        /** Starts an embedded PostgreSQL. */
        public Driver() {
            try {
                this.database = Database.start();
                this.connection = database.connect("");
            } catch (Exception e) {
                throw new IllegalStateException("expected an embedded PostgreSQL to start", e);
            }
        }

        /** Nothing is left to do. */
        @Setup
        public void setUp() {}

        /** Stops it. */
        @TearDown
        public void stop() throws Exception {
            connection.close();
            database.close();
        }
    }

    /** JSON to a record. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void decode(Blackhole hole) {
        for (EventEnvelope event : events) {
            hole.consume(decoder.decode(event));
        }
    }

    /** JSON to a record, and the handler's changes of it. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void decodeAndHandle(Blackhole hole) {
        for (EventEnvelope event : events) {
            hole.consume(workload.projection().effectsOf(event));
        }
    }

    /** The changes of a batch to one per row. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public ChangeSet fold() {
        return FoldAlone.fold(effects);
    }

    /** The same, and then statements of it: with the changes' normal form, which is made when it is asked for. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object foldAndPlan() {
        return planner.plan(FoldAlone.fold(effects));
    }

    /** One change per row, in normal form already, to statements. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object plan() {
        return planner.plan(changes);
    }

    /** The statements' arrays to what the driver sends. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public List<Array> encode(Driver driver) throws SQLException {
        return PlanAlone.encode(plan, driver.connection);
    }
}
