package io.millrace.bench.engines;

import com.zaxxer.hikari.HikariDataSource;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.TrackingEventProcessor;
import org.axonframework.eventhandling.TrackingEventProcessorConfiguration;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.PostgresTokenTableFactory;
import org.axonframework.eventhandling.tokenstore.jdbc.TokenSchema;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.serialization.json.JacksonSerializer;

/** Axon Framework's streaming processors, pooled or tracking, with its JDBC token store. */
final class Axon implements Contender {
    private static final String SCHEMA = "axon";

    /** How the processor gets its threads. */
    enum Kind {
        POOLED,
        TRACKING
    }

    private final Database database;
    private final Workload workload;
    private final Kind kind;
    private final int segments;
    private final int batchSize;
    private final Writing writing;
    private final boolean rewriteInserts;

    Axon(
            Database database,
            Workload workload,
            Kind kind,
            int segments,
            int batchSize,
            Writing writing,
            boolean rewriteInserts) {
        this.database = database;
        this.workload = workload;
        this.kind = kind;
        this.segments = segments;
        this.batchSize = batchSize;
        this.writing = writing;
        this.rewriteInserts = rewriteInserts;
    }

    @Override
    public String name() {
        String processor = kind == Kind.POOLED ? "axon-pooled" : "axon-tracking";
        return processor + segments + "-" + batchSize + writing.suffix() + (rewriteInserts ? "-rewrite" : "");
    }

    @Override
    public int groupSize() {
        return segments * batchSize;
    }

    @Override
    public Run begin(List<EventEnvelope> events) throws Exception {
        database.execute("DROP SCHEMA IF EXISTS axon CASCADE; CREATE SCHEMA axon;" + workload.createTable(SCHEMA));
        return new AxonRun(events);
    }

    private final class AxonRun implements Run {
        private final HikariDataSource pool = Pools.open(database, rewriteInserts);
        private final ScheduledExecutorService coordinator = Executors.newScheduledThreadPool(1);
        private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(segments);
        private final Countdown countdown;
        private final StreamingEventProcessor processor;

        AxonRun(List<EventEnvelope> events) {
            this.countdown = new Countdown(events.size());
            AxonTransactions transactions = new AxonTransactions(pool, countdown);
            JdbcTokenStore tokens = JdbcTokenStore.builder()
                    .connectionProvider(transactions)
                    .schema(TokenSchema.builder()
                            .setTokenTable("axon.TokenEntry")
                            .build())
                    .serializer(JacksonSerializer.defaultSerializer())
                    .build();
            transactions.executeInTransaction(() -> tokens.createSchema(PostgresTokenTableFactory.INSTANCE));
            AxonHandler handler = new AxonHandler(transactions, workload, SCHEMA, writing, countdown);
            AxonSource source = new AxonSource(events);
            this.processor = kind == Kind.POOLED
                    ? pooled(handler, source, transactions, tokens)
                    : tracking(handler, source, transactions, tokens);
        }

        private StreamingEventProcessor pooled(
                AxonHandler handler, AxonSource source, TransactionManager transactions, TokenStore tokens) {
            return PooledStreamingEventProcessor.builder()
                    .name("flights")
                    .eventHandlerInvoker(handler)
                    .messageSource(source)
                    .tokenStore(tokens)
                    .transactionManager(transactions)
                    .initialToken(StreamableMessageSource::createTailToken)
                    .initialSegmentCount(segments)
                    .batchSize(batchSize)
                    .coordinatorExecutor(coordinator)
                    .workerExecutor(workers)
                    .build();
        }

        private StreamingEventProcessor tracking(
                AxonHandler handler, AxonSource source, TransactionManager transactions, TokenStore tokens) {
            return TrackingEventProcessor.builder()
                    .name("flights")
                    .eventHandlerInvoker(handler)
                    .messageSource(source)
                    .tokenStore(tokens)
                    .transactionManager(transactions)
                    .trackingEventProcessorConfiguration(
                            TrackingEventProcessorConfiguration.forParallelProcessing(segments)
                                    .andInitialTrackingToken(StreamableMessageSource::createTailToken)
                                    .andInitialSegmentsCount(segments)
                                    .andBatchSize(batchSize))
                    .build();
        }

        @Override
        public String schema() {
            return SCHEMA;
        }

        @Override
        public void run() throws Exception {
            processor.start();
            countdown.await();
        }

        @Override
        public void close() {
            processor.shutDown();
            coordinator.shutdownNow();
            workers.shutdownNow();
            pool.close();
        }
    }
}
