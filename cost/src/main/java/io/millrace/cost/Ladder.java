package io.millrace.cost;

import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a stream costs a projection, rung by rung. Every figure is counted in a run of the shipped projector over tables
 * in memory; and every run must end with the same rows.
 *
 * @param rungs the dearest first; fewer events are in them if the projection failed
 * @param rows what the read models hold in the end, by read model and key: the values of the columns that are not NULL
 * @param checkpoint where it ends
 * @param failure why the projection ended half way; empty if it didn't, as it should be
 */
public record Ladder(
        List<RungCost> rungs,
        Map<ReadModel, Map<RowKey, Map<String, Object>>> rows,
        Optional<Position> checkpoint,
        Optional<Throwable> failure) {
    public Ladder {
        rungs = List.copyOf(rungs);
        rows = Map.copyOf(rows);
    }

    /**
     * Runs the projection over the stream on every rung.
     *
     * @throws IllegalArgumentException if the projection handles none of the events
     * @throws ImpureProjectionException if the same events make other rows of it each time
     */
    public static Ladder climb(Projection projection, RecordedStream stream, LadderSettings settings) {
        requireHandled(projection, stream);
        List<RungCost> rungs = new ArrayList<>();
        Optional<Outcome> first = Optional.empty();
        Optional<Throwable> failure = Optional.empty();
        for (Rung rung : settings.rungs()) {
            Outcome outcome = run(rung, projection, stream, settings);
            failure = failure.or(outcome.result()::failure);
            if (failure.isEmpty()) {
                first.filter(expected -> !expected.rows().equals(outcome.rows()))
                        .ifPresent(expected -> blame(
                                projection,
                                expected,
                                run(settings.rungs().get(0), projection, stream, settings),
                                rung));
            }
            Optional<BigDecimal> dearest = rungs.stream().findFirst().map(RungCost::units);
            rungs.add(RungCost.of(rung, givesUp(rung, outcome.result(), settings), outcome.result(), dearest));
            first = first.or(() -> Optional.of(outcome));
        }
        Outcome any = first.orElseThrow();
        return new Ladder(rungs, any.rows(), any.result().checkpoint(), failure);
    }

    /** The rung that Millrace stands on when it runs with these settings. */
    public RungCost asItRuns() {
        return rungs.get(LadderSettings.AS_IT_RUNS - 1);
    }

    /** Whether the projection failed half way, so that the figures are those of a part. */
    public boolean isPartial() {
        return failure.isPresent();
    }

    record Outcome(VirtualRun.Result result, Map<ReadModel, Map<RowKey, Map<String, Object>>> rows) {}

    static Outcome run(Rung rung, Projection projection, RecordedStream stream, LadderSettings settings) {
        try (InMemoryCommitter committer = new InMemoryCommitter(projection)) {
            VirtualRun.Result result = new VirtualRun(rung, projection, stream, settings.prices(), committer).run();
            return new Outcome(
                    result,
                    projection.readModels().stream()
                            .collect(Collectors.toMap(
                                    Function.identity(),
                                    model -> committer.tables().rows(model))));
        }
    }

    private static void requireHandled(Projection projection, RecordedStream stream) {
        boolean some = Stream.concat(stream.history().stream(), stream.live().stream())
                .anyMatch(event -> RecordedSource.handles(projection, event));
        if (!some) {
            throw new IllegalArgumentException(
                    "expected events that projection " + projection.name() + " handles, " + projection.eventTypes()
                            + " in " + projection.source() + ": " + stream.description() + " has none");
        }
    }

    /** A rung ended with other rows than rung 1. What rung 1 ends with once more tells whose fault it is. */
    private static void blame(Projection projection, Outcome first, Outcome again, Rung rung) {
        if (!first.rows().equals(again.rows())) {
            throw new ImpureProjectionException(projection, rung);
        }
        throw new IllegalStateException("expected every rung to end with the same rows: rung " + rung.number()
                + " ends with others than rung 1");
    }

    private static String givesUp(Rung rung, VirtualRun.Result result, LadderSettings settings) {
        String held = Quantity.events(result.waits().largestBatch()) + " ("
                + Quantity.bytes(result.waits().largestBytes()) + ")";
        String waiting = settings.liveWithin().isZero()
                ? ""
                : "; a live event shows after " + Quantity.time(settings.liveWithin()) + " at most";
        return switch (rung.number()) {
            case 1 -> "nothing: each event shows at once, and the checkpoint follows every event";
            case 2 -> "a restart reads again what nobody handles after the last handled event";
            case 3 -> "while catching up, rows show " + held + " at a time";
            case 4 -> "nothing more";
            case 5 -> "nothing more" + waiting;
            case 6 -> "while catching up, rows show " + held + " at a time";
            case 7 -> "history shows only when all of it is folded: holds " + held;
            default ->
                result.waits().longest().isZero()
                        ? "nothing, if they come at once; to gather others, see how long to wait"
                        : "a live event shows after "
                                + Quantity.time(result.waits().longest()) + " at most";
        };
    }
}
