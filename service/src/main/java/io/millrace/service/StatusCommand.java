package io.millrace.service;

import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.eventstore.Backlog;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.sql.FlushCounts;
import io.millrace.sql.OldestSnapshot;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the projections stand. */
@Command(
        name = "status",
        description = {
            "Prints a row per projection: its state, its checkpoint, the head of what it reads, and its lag.",
            "",
            "States: NEW (never ran), STOPPED, STANDBY (programs wait to run it), and of those that run somewhere"
                    + " CATCHING_UP and LIVE (nothing to read). The owner is the program that holds its lease, with"
                    + " its epoch; others that stand by are counted. A flush that waits for another session's lock says"
                    + " for whom; and so does a database that keeps old versions of rows for somebody's snapshot."
                    + " The lag is the number of events that it handles after its checkpoint, counted up to 10,000 or"
                    + " for 2 seconds, and the age of the oldest of them. Parked are events that could not"
                    + " be handled; `millrace parked list` shows them. Batch is how many events full batches held in the last"
                    + " minutes."
        })
final class StatusCommand implements Callable<Integer> {
    private static final int COUNT_AT_MOST = 10_000;
    private static final long LATELY_MINUTES = 5;
    private static final Duration COUNT_FOR = Duration.ofSeconds(2);

    private final Program program;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "A table, or one JSON object per projection. Default: ${DEFAULT-VALUE}.")
    private OutputFormat format = OutputFormat.TEXT;

    StatusCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        Configuration configuration = configurationOption.read();
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.plugins())) {
            List<Projection> projections = configuration.projections().keySet().stream()
                    .map(catalog::get)
                    .toList();
            try (Servers servers = new Servers(configuration)) {
                Map<String, Long> parked = servers.postgres().parkedEvents().counts();
                Optional<String> snapshot = servers.postgres().oldestSnapshot().map(OldestSnapshot::toString);
                List<ProjectionStatus> rows = projections.stream()
                        .map(projection ->
                                status(projection, servers, parked.getOrDefault(projection.name(), 0L), snapshot))
                        .toList();
                List<String> lines = format == OutputFormat.JSON
                        ? rows.stream().map(ProjectionStatus::json).toList()
                        : ProjectionStatus.table(rows, program.console().kind().columns());
                lines.forEach(program.console().out()::println);
            }
        }
        return ExitCode.DONE.number();
    }

    private static ProjectionStatus status(
            Projection projection, Servers servers, long parked, Optional<String> snapshot) {
        Optional<Checkpoint> checkpoint = servers.postgres().checkpoints().find(projection.name());
        Optional<Position> position = checkpoint.flatMap(Checkpoint::position);
        Optional<Position> head = servers.eventStore().reads().head(projection.source());
        Backlog backlog = servers.eventStore()
                .reads()
                .matchingAfter(projection.source(), projection.eventTypes(), position, COUNT_AT_MOST, COUNT_FOR);
        Ownership ownership = Ownership.of(projection.name(), servers.postgres());
        return ProjectionStatus.of(
                projection.name(),
                state(checkpoint, ownership, backlog),
                position,
                head,
                backlog,
                parked,
                batchSize(servers.postgres().flushCounts(projection.name(), OptionalLong.of(LATELY_MINUTES))),
                ownership,
                snapshot,
                Instant.now());
    }

    /** Only full batches tell what size was chosen. */
    private static long batchSize(List<FlushCounts> counts) {
        return counts.stream()
                .filter(count -> count.reason() == FlushReason.SIZE || count.reason() == FlushReason.BYTES)
                .reduce((one, other) -> new FlushCounts(
                        one.reason(),
                        one.flushes() + other.flushes(),
                        one.events() + other.events(),
                        0,
                        0,
                        0,
                        0,
                        BigDecimal.ZERO))
                .map(sum -> Math.round((double) sum.events() / sum.flushes()))
                .orElse(0L);
    }

    private static ProjectionStatus.State state(Optional<Checkpoint> checkpoint, Ownership ownership, Backlog backlog) {
        if (ownership.isRunning()) {
            return backlog.events() == 0 ? ProjectionStatus.State.LIVE : ProjectionStatus.State.CATCHING_UP;
        }
        if (ownership.standbys() > 0) {
            return ProjectionStatus.State.STANDBY;
        }
        return checkpoint.isEmpty() ? ProjectionStatus.State.NEW : ProjectionStatus.State.STOPPED;
    }
}
