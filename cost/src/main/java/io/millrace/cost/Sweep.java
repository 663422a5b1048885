package io.millrace.cost;

import io.millrace.projections.Projection;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
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
     * @param value as a configuration says it
     * @param marks what is to be said of it
     */
    public record Point(String value, RungCost cost, Set<Mark> marks) {
        public Point {
            marks = marks.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(marks));
        }

        public boolean is(Mark mark) {
            return marks.contains(mark);
        }

        private Point with(Mark mark) {
            Set<Mark> more = EnumSet.of(mark);
            more.addAll(marks);
            return new Point(value, cost, more);
        }
    }

    /** What there is to say of a setting. */
    public enum Mark {
        /** The last one that was worth it. */
        KNEE,
        /** The projector runs with it. */
        SET,
        /** One batch holds everything at hand. */
        EVERYTHING,
        /** Its batches never get that large: their bytes or their rows end them before. */
        CUT
    }

    /** Over batch sizes, up to the number of events at hand. */
    public static Sweep ofBatchSizes(Projection projection, RecordedStream stream, LadderSettings settings) {
        Rung base = settings.asItRuns();
        int atHand = (int) stream.history().stream()
                .filter(event -> RecordedSource.handles(projection, event))
                .count();
        int most = Math.max(atHand, settings.batchSize());
        Set<Integer> sizes = new TreeSet<>(List.of(settings.batchSize(), Math.max(1, atHand)));
        BATCH_SIZES.stream().filter(size -> size < most).forEach(sizes::add);
        List<Point> points = new ArrayList<>();
        for (int size : sizes) {
            RungCost cost = measure(base.with(base.policy().withBatchSize(size)), projection, stream, settings);
            Set<Mark> marks = EnumSet.noneOf(Mark.class);
            if (size == settings.batchSize()) {
                marks.add(Mark.SET);
            }
            if (cost.largestBatch() < Math.min(size, atHand)) {
                marks.add(Mark.CUT);
            } else if (size == atHand) {
                marks.add(Mark.EVERYTHING);
            }
            points.add(new Point(Integer.toString(size), cost, marks));
        }
        return new Sweep("batch-size", marked(points));
    }

    /** Over how long live events wait for each other; has no points if the stream has no live events. */
    public static Sweep ofFreshness(Projection projection, RecordedStream stream, LadderSettings settings) {
        List<Point> points = new ArrayList<>();
        if (!stream.live().isEmpty()) {
            Rung base = settings.asItRuns();
            Set<Duration> waits = new TreeSet<>(List.of(settings.liveWithin()));
            Duration whole = stream.arrival(stream.live().size() - 1, 1);
            WAITS.stream().filter(wait -> wait.compareTo(whole) <= 0).forEach(waits::add);
            for (Duration wait : waits) {
                points.add(new Point(
                        SettingText.waiting(wait),
                        measure(base.with(base.policy().withLiveWithin(wait)), projection, stream, settings),
                        wait.equals(settings.liveWithin()) ? Set.of(Mark.SET) : Set.of()));
            }
        }
        return new Sweep("flush.live", marked(points));
    }

    /** The knee; the sweep must have points. */
    public Point knee() {
        return points.stream().filter(point -> point.is(Mark.KNEE)).findFirst().orElseThrow();
    }

    /** What the projector runs with; the sweep must have points. */
    public Point set() {
        return points.stream().filter(point -> point.is(Mark.SET)).findFirst().orElseThrow();
    }

    private static RungCost measure(Rung rung, Projection projection, RecordedStream stream, LadderSettings settings) {
        VirtualRun.Result result =
                Ladder.run(rung, projection, stream, settings).result();
        return RungCost.of(rung, "", result, Optional.empty());
    }

    private static List<Point> marked(List<Point> points) {
        int knee = 0;
        for (int i = 1; i < points.size(); i++) {
            BigDecimal before = points.get(i - 1).cost().units();
            if (points.get(i).cost().units().compareTo(before.multiply(WORTH_IT)) <= 0) {
                knee = i;
            }
        }
        List<Point> marked = new ArrayList<>(points);
        if (!points.isEmpty()) {
            marked.set(knee, points.get(knee).with(Mark.KNEE));
        }
        return marked;
    }
}
