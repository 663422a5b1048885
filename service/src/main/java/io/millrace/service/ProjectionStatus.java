package io.millrace.service;

import io.millrace.checkpoint.Position;
import io.millrace.eventstore.Backlog;
import io.millrace.service.terminal.TextTable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where one projection stands, seen from outside. The names of the components are those of the JSON.
 *
 * @param checkpoint null if it has none yet
 * @param head the last position of what it reads; null if there is nothing
 * @param lag events that it handles after the checkpoint, or that there are more than so many
 * @param oldestSeconds the age of the oldest of these; 0 if there is none
 * @param parked events that were put aside
 * @param batchSize how many events its full batches had in the last minutes, on average; 0 if it flushed none
 * @param owner the program that holds its lease; null if nobody does
 * @param epoch of the last lease; 0 if there never was one
 * @param standbys how many other programs would take it over
 * @param waitsFor the sessions whose locks its flush waits for; null if it does not wait
 * @param oldestSnapshot who keeps old versions of rows in the database; null if nobody does for long
 */
record ProjectionStatus(
        String projection,
        State state,
        @Nullable String checkpoint,
        @Nullable String head,
        long lag,
        boolean lagExact,
        BigDecimal oldestSeconds,
        long parked,
        long batchSize,
        @Nullable String owner,
        long epoch,
        long standbys,
        @Nullable String waitsFor,
        @Nullable String oldestSnapshot) {

    enum State {
        NEW,
        STOPPED,
        STANDBY,
        CATCHING_UP,
        LIVE
    }

    static ProjectionStatus of(
            String projection,
            State state,
            Optional<Position> checkpoint,
            Optional<Position> head,
            Backlog backlog,
            long parked,
            long batchSize,
            Ownership ownership,
            Optional<String> oldestSnapshot,
            Instant now) {
        Duration age = backlog.oldest()
                .map(oldest -> Duration.between(oldest, now))
                .filter(since -> !since.isNegative())
                .orElse(Duration.ZERO);
        return new ProjectionStatus(
                projection,
                state,
                checkpoint.map(Position::toString).orElse(null),
                head.map(Position::toString).orElse(null),
                backlog.events(),
                backlog.exact(),
                BigDecimal.valueOf(age.toMillis(), 3),
                parked,
                batchSize,
                ownership.owner().orElse(null),
                ownership.epoch(),
                ownership.standbys(),
                ownership.waitsFor().orElse(null),
                oldestSnapshot.orElse(null));
    }

    String json() {
        return JsonLine.of(this);
    }

    static List<String> table(List<ProjectionStatus> rows, int columnsAtMost) {
        TextTable table = new TextTable()
                .left("projection")
                .left("state")
                .left("checkpoint")
                .left("head")
                .right("lag")
                .right("oldest")
                .right("parked")
                .right("batch")
                .left("owner");
        rows.forEach(row -> table.row(List.of(
                row.projection(),
                row.state().name(),
                Shown.position(row.checkpoint()),
                Shown.position(row.head()),
                (row.lagExact() ? "" : "more than ") + String.format(Locale.ROOT, "%,d", row.lag()),
                age(row.oldestSeconds()),
                String.format(Locale.ROOT, "%,d", row.parked()),
                row.batchSize() == 0 ? "" : String.format(Locale.ROOT, "%,d", row.batchSize()),
                row.ownership())));
        List<String> lines = new ArrayList<>(table.lines(columnsAtMost));
        rows.stream()
                .filter(row -> row.waitsFor() != null)
                .forEach(row -> lines.add(row.projection() + " waits for " + row.waitsFor()));
        rows.stream()
                .map(ProjectionStatus::oldestSnapshot)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(held -> lines.add("Old versions of rows are kept for " + held));
        return lines;
    }

    private String ownership() {
        String standing = standbys == 0 ? "" : " (+" + standbys + " standby)";
        return owner == null ? standing.strip() : owner + ", epoch " + epoch + standing;
    }

    private static String age(BigDecimal seconds) {
        Duration age = Duration.ofSeconds(seconds.longValue());
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0
                ? age.toMinutes() + " min " + age.toSecondsPart() + " s"
                : String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
