package io.millrace.cost;

import io.millrace.batching.FlushPolicy;
import io.millrace.projections.Projection;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a stream costs as one setting grows, all else being as the projector runs. The knee is the last setting that was
 * worth it: from it on, no step saves a tenth of the price any more.
 *
 * @param setting its name in the configuration
 */
public record Sweep(String setting, List<Point> points) {
    private static final List<Integer> BATCH_SIZES =
            List.of(1, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000);
    private static final List<Duration> WAITS = List.of(
            Duration.ZERO,
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));
    /** A step that saves less than this part of the price is not worth it. */
    private static final BigDecimal WORTH_IT = new BigDecimal("0.9");

    public Sweep {
        points = List.copyOf(points);
    }

    /**
     * One setting.
     *
     * @param value as the configuration says it
     * @param isSet whether the projector runs with it
     */
    public record Point(String value, RungCost cost, boolean isSet, boolean knee) {}

    /** Over batch sizes, up to all events at hand. */
    public static Sweep ofBatchSizes(Projection projection, RecordedStream stream, LadderSettings settings) {
        Rung base = settings.asItRuns();
        Set<Integer> sizes = new TreeSet<>(List.of(settings.batchSize()));
        int most = Math.max(stream.history().size(), settings.batchSize());
        BATCH_SIZES.stream().filter(size -> size < most).forEach(sizes::add);
        List<Measured> measured = new ArrayList<>();
        for (int size : sizes) {
            boolean isSet = size == settings.batchSize();
            measured.add(measure(
                    String.format(Locale.ROOT, "%,d", size),
                    base.with(base.policy().withBatchSize(size)),
                    isSet,
                    projection,
                    stream,
                    settings));
        }
        FlushPolicy all = base.policy().withBatchSize(Integer.MAX_VALUE).withMaxBytes(Long.MAX_VALUE);
        measured.add(measure("all at hand", base.with(all), false, projection, stream, settings));
        return new Sweep("batch-size", points(measured));
    }

    /** Over how long live events wait for each other; has no points if the stream has no live events. */
    public static Sweep ofFreshness(Projection projection, RecordedStream stream, LadderSettings settings) {
        List<Measured> measured = new ArrayList<>();
        if (!stream.live().isEmpty()) {
            Rung base = settings.asItRuns();
            Set<Duration> waits = new TreeSet<>(List.of(settings.liveWithin()));
            Duration whole = stream.arrival(stream.live().size() - 1, 1);
            WAITS.stream().filter(wait -> wait.compareTo(whole) <= 0).forEach(waits::add);
            for (Duration wait : waits) {
                measured.add(measure(
                        wait.isZero() ? "each" : "within " + Quantity.time(wait).replace(" ", ""),
                        base.with(base.policy().withLiveWithin(wait)),
                        wait.equals(settings.liveWithin()),
                        projection,
                        stream,
                        settings));
            }
        }
        return new Sweep("flush.live", points(measured));
    }

    /** The knee; the sweep must have points. */
    public Point knee() {
        return points.stream().filter(Point::knee).findFirst().orElseThrow();
    }

    /** What the projector runs with; the sweep must have points. */
    public Point set() {
        return points.stream().filter(Point::isSet).findFirst().orElseThrow();
    }

    private record Measured(String value, RungCost cost, boolean isSet) {}

    private static Measured measure(
            String value,
            Rung rung,
            boolean isSet,
            Projection projection,
            RecordedStream stream,
            LadderSettings settings) {
        VirtualRun.Result result =
                Ladder.run(rung, projection, stream, settings).result();
        return new Measured(value, RungCost.of(rung, "", result, java.util.Optional.empty()), isSet);
    }

    private static List<Point> points(List<Measured> measured) {
        int knee = 0;
        for (int i = 1; i < measured.size(); i++) {
            BigDecimal before = measured.get(i - 1).cost().units();
            if (measured.get(i).cost().units().compareTo(before.multiply(WORTH_IT)) <= 0) {
                knee = i;
            }
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            Measured one = measured.get(i);
            points.add(new Point(one.value(), one.cost(), one.isSet(), i == knee));
        }
        return points;
    }
}
