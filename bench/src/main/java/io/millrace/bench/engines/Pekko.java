package io.millrace.bench.engines;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.projection.HandlerRecoveryStrategy;
import org.apache.pekko.projection.Projection;
import org.apache.pekko.projection.ProjectionBehavior;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;

/** Pekko Projection with its JDBC offset store: exactly once, for each event or for groups. */
final class Pekko implements Contender {
    private static final String SCHEMA = "pekko";
    private static final Config CONFIG = ConfigFactory.parseString("""
                    pekko.loglevel = ERROR
                    pekko.stdout-loglevel = OFF
                    pekko.log-dead-letters = off
                    pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    pekko.projection.jdbc.dialect = "postgres-dialect"
                    pekko.projection.jdbc.offset-store.schema = "pekko"
                    pekko.projection.jdbc.blocking-jdbc-dispatcher.thread-pool-executor.fixed-pool-size = 4
                    """).withFallback(ConfigFactory.load());

    private final Database database;
    private final Workload workload;
    private final int groupSize;
    private final Writing writing;
    private final boolean rewriteInserts;

    Pekko(Database database, Workload workload, int groupSize, Writing writing, boolean rewriteInserts) {
        this.database = database;
        this.workload = workload;
        this.groupSize = groupSize;
        this.writing = writing;
        this.rewriteInserts = rewriteInserts;
    }

    @Override
    public String name() {
        return "pekko-" + groupSize + writing.suffix() + (rewriteInserts ? "-rewrite" : "");
    }

    @Override
    public int groupSize() {
        return groupSize;
    }

    @Override
    public Run begin(List<EventEnvelope> events) throws Exception {
        database.execute("DROP SCHEMA IF EXISTS pekko CASCADE; CREATE SCHEMA pekko;" + workload.createTable(SCHEMA));
        return new PekkoRun(events);
    }

    private final class PekkoRun implements Run {
        private final Countdown countdown;
        private final HikariDataSource pool = Pools.open(database, rewriteInserts);
        private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", CONFIG);
        private final Projection<EventEnvelope> projection;

        PekkoRun(List<EventEnvelope> events) throws Exception {
            this.countdown = new Countdown(events.size());
            this.projection = groupSize == 1 ? each(events) : grouped(events);
            JdbcProjection.createTablesIfNotExists(this::session, system)
                    .toCompletableFuture()
                    .get(1, TimeUnit.MINUTES);
        }

        private PekkoSession session() {
            return new PekkoSession(pool, countdown);
        }

        private Projection<EventEnvelope> each(List<EventEnvelope> events) {
            return JdbcProjection.exactlyOnce(
                            ProjectionId.of("flights", "all"),
                            new PekkoSource(events),
                            this::session,
                            () -> JdbcHandler.fromFunction(
                                    (PekkoSession session, EventEnvelope event) -> write(session, List.of(event))),
                            system)
                    .withRecoveryStrategy(HandlerRecoveryStrategy.fail());
        }

        private Projection<EventEnvelope> grouped(List<EventEnvelope> events) {
            return JdbcProjection.groupedWithin(
                            ProjectionId.of("flights", "all"),
                            new PekkoSource(events),
                            this::session,
                            () -> JdbcHandler.<List<EventEnvelope>, PekkoSession>fromFunction(this::write),
                            system)
                    .withGroup(groupSize, Duration.ofMillis(500))
                    .withRecoveryStrategy(HandlerRecoveryStrategy.fail());
        }

        private void write(PekkoSession session, List<EventEnvelope> events) {
            try {
                writing.write(session.connection(), workload, SCHEMA, events);
                session.handled(events.size());
            } catch (SQLException e) {
                countdown.failed(e);
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String schema() {
            return SCHEMA;
        }

        @Override
        public void run() throws Exception {
            system.systemActorOf(ProjectionBehavior.create(projection), "flights", Props.empty());
            countdown.await();
        }

        @Override
        public void close() {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
            pool.close();
        }
    }
}
