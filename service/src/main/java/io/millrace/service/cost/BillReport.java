package io.millrace.service.cost;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.FlushReason;
import io.millrace.cost.PriceList;
import io.millrace.cost.Quantity;
import io.millrace.cost.SettingText;
import io.millrace.service.configuration.Quantities;
import io.millrace.service.cost.Table.Column;
import io.millrace.sql.FlushCounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Makes the bill of a projection that runs or has run, from what was counted with its checkpoint. */
public final class BillReport {
    /** How far back the last hour's buckets may have begun. */
    public static final long LAST_MINUTES = 60;

    private static final Duration WAIT = Duration.ofSeconds(1);
    /** Twice that can still be written. */
    private static final long MOST_BYTES = 1L << 40;

    private static final String ALL_THAT_SHARE =
            " It shares its flushes: set it for all the projections that share them,"
                    + " since one that is set otherwise flushes alone.";

    private BillReport() {}

    /** What a projection's flushes took, since its start and in the last hour. */
    public record Bill(String projection, List<FlushCounts> sinceStart, List<FlushCounts> lastHour) {
        public Bill {
            sinceStart = List.copyOf(sinceStart);
            lastHour = List.copyOf(lastHour);
        }
    }

    /** What the bill came to in units since the start. */
    public static BigDecimal units(Bill bill, PriceList prices) {
        return units(bill.sinceStart(), prices);
    }

    /**
     * The report of a bill.
     *
     * @param policy how the projection is set
     */
    public static Report of(Bill bill, PriceList prices, FlushPolicy policy) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("projection", bill.projection());
        return new Report(
                "What projection " + bill.projection() + " has cost",
                facts,
                about(bill, prices),
                List.of(totals(bill, prices, policy), reasons(bill)),
                Optional.empty());
    }

    private static List<String> about(Bill bill, PriceList prices) {
        List<String> about = new ArrayList<>(List.of(
                "Prices in units: " + prices.describe() + ".",
                "Counted with its checkpoint, in buckets of five minutes: each event once, over all restarts."));
        if (isShared(bill.sinceStart())) {
            about.add(
                    "Of a flush that n projections share, each has 1/n on its bill; rounded to hundredths of a flush.");
        }
        return about;
    }

    private static Report.Section totals(Bill bill, PriceList prices, FlushPolicy policy) {
        List<Column> columns = List.of(
                Column.words("period", "period"),
                Column.number("events", "events"),
                Column.number("batches", "batches"),
                Column.number("averageBatch", "average"),
                Column.number("changes", "changes"),
                Column.number("rows", "rows"),
                Column.number("foldRatio", "fold ratio"),
                Column.number("statements", "statements"),
                Column.number("roundTrips", "trips"),
                Column.number("checkpointOnly", "checkpoints alone"),
                Column.number("share", "share"),
                Column.number("units", "units"));
        return new Report.Section(
                "bill",
                "The bill",
                new Table(
                        columns,
                        List.of(
                                row("since start", bill.sinceStart(), prices),
                                row("last hour", bill.lastHour(), prices))),
                List.of(cheaper(bill, prices, policy)),
                Optional.empty());
    }

    private static List<Cell> row(String period, List<FlushCounts> counts, PriceList prices) {
        long batches = batches(counts);
        long rows = sum(counts, FlushCounts::rows);
        return List.of(
                Cell.text(period),
                Cell.count(sum(counts, FlushCounts::events)),
                Cell.count(batches),
                ratio(sum(counts, FlushCounts::events), batches),
                Cell.count(sum(counts, FlushCounts::changes)),
                Cell.count(rows),
                ratio(sum(counts, FlushCounts::changes), rows),
                Cell.count(sum(counts, FlushCounts::statements)),
                Cell.count(sum(counts, FlushCounts::roundTrips)),
                Cell.count(alone(counts)),
                share(counts),
                Cell.exact(units(counts, prices)));
    }

    /** 1 where each flush was its own, 0.10 where ten projections shared each. */
    private static Cell share(List<FlushCounts> counts) {
        long flushes = batches(counts) + alone(counts);
        return flushes == 0
                ? Cell.none("-")
                : Cell.exact(parts(counts).divide(BigDecimal.valueOf(flushes), 2, RoundingMode.HALF_UP));
    }

    private static Cell ratio(long part, long whole) {
        return whole == 0
                ? Cell.none("-")
                : Cell.exact(BigDecimal.valueOf(part).divide(BigDecimal.valueOf(whole), 1, RoundingMode.HALF_UP));
    }

    private static Report.Section reasons(Bill bill) {
        List<List<Cell>> rows = new ArrayList<>();
        for (FlushCounts counts : bill.sinceStart()) {
            List<FlushCounts> recent = of(counts.reason(), bill.lastHour());
            rows.add(List.of(
                    new Cell(counts.reason().name(), words(counts.reason())),
                    Cell.count(counts.flushes()),
                    Cell.count(counts.events()),
                    Cell.count(sum(recent, FlushCounts::flushes)),
                    Cell.count(sum(recent, FlushCounts::events))));
        }
        List<Column> columns = List.of(
                Column.words("reason", "reason"),
                Column.number("flushes", "flushes"),
                Column.number("events", "events"),
                Column.number("flushesLastHour", "last hour"),
                Column.number("eventsLastHour", "events"));
        return new Report.Section(
                "flushes", "Flushes by reason", new Table(columns, rows), List.of(), Optional.empty());
    }

    private static String words(FlushReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The setting that the dearest flushes of the last hour hang on; of all time, if there were none. */
    private static String cheaper(Bill bill, PriceList prices, FlushPolicy policy) {
        boolean recent = batches(bill.lastHour()) > 0;
        List<FlushCounts> counts = recent ? bill.lastHour() : bill.sinceStart();
        Optional<FlushCounts> dearest = counts.stream()
                .filter(one -> one.reason() != FlushReason.CHECKPOINT_ONLY)
                .max(Comparator.comparing(one -> units(List.of(one), prices)));
        if (dearest.isEmpty()) {
            return "It has not flushed a batch yet.";
        }
        FlushCounts flushes = dearest.get();
        String part = words(flushes.reason()) + " flushes are "
                + percent(units(List.of(flushes), prices), units(counts, prices)) + " of the bill "
                + (recent ? "in the last hour" : "since its start");
        return next(flushes, recent, prices, policy)
                .map(next -> "The next cheaper setting: " + next.setting() + ". " + capital(part) + next.why() + "."
                        + (isShared(counts) ? ALL_THAT_SHARE : ""))
                .orElse("No setting would make it much cheaper: " + part + ".");
    }

    private record Next(String setting, String why) {}

    private static Optional<Next> next(FlushCounts flushes, boolean recent, PriceList prices, FlushPolicy policy) {
        return switch (flushes.reason()) {
            case LIVE -> Optional.of(longerWait(flushes, recent, policy));
            case SIZE ->
                policy.sizing().isAdaptive()
                        ? longerFlush(flushes, policy.sizing())
                        : Optional.of(largerBatch(flushes, prices, policy));
            case AGE ->
                Optional.of(new Next(
                        instead("batch-age", SettingText.duration(twice(policy.maxAge())), policy.maxAge()),
                        "; events come too slowly while catching up to fill a batch in that time"));
            case BYTES ->
                Optional.of(new Next(
                        "batch-bytes: " + SettingText.bytes(2 * Math.min(policy.maxBytes(), MOST_BYTES))
                                + " instead of " + SettingText.bytes(policy.maxBytes()),
                        ""));
            default -> Optional.empty();
        };
    }

    private static Next largerBatch(FlushCounts flushes, PriceList prices, FlushPolicy policy) {
        // Of flushes that others share, its part is spared.
        BigDecimal spared = flushes.shares()
                .multiply(BigDecimal.valueOf(flushes.flushes() / 2))
                .divide(BigDecimal.valueOf(flushes.flushes()), 2, RoundingMode.HALF_UP);
        return new Next(
                "batch-size: " + Math.min(Integer.MAX_VALUE, 2L * policy.batchSize()) + " instead of "
                        + policy.batchSize(),
                "; half as many batches would cost "
                        + prices.batches(plainScale(spared), plainScale(spared)).toPlainString()
                        + " units less, or more where changes fold");
    }

    /** Adaptive batches that are not as large as they may be: their flushes take as long as they may. */
    private static Optional<Next> longerFlush(FlushCounts flushes, BatchSizing sizing) {
        return flushes.events() >= flushes.flushes() * sizing.maxEvents()
                ? Optional.empty()
                : Optional.of(new Next(
                        instead("flush.time", SettingText.duration(twice(sizing.flushTime())), sizing.flushTime()),
                        "; adaptive batches grow with the time that their flush may take, to "
                                + Quantity.events(sizing.maxEvents()) + " at most"));
    }

    private static Next longerWait(FlushCounts flushes, boolean recent, FlushPolicy policy) {
        Duration wait = policy.liveWithin().isZero() ? WAIT : twice(policy.liveWithin());
        long most = Duration.ofHours(1).dividedBy(wait);
        return new Next(
                "flush.live: " + SettingText.waiting(wait) + ", if a live event may wait that long",
                recent && most > 0 && flushes.flushes() > most
                        ? String.format(
                                Locale.ROOT, "; at most %,d an hour would be left of %,d", most, flushes.flushes())
                        : "; how much it saves depends on how events come: `millrace cost` with --rate tells");
    }

    private static String instead(String setting, String value, Duration now) {
        return setting + ": " + value + " instead of " + SettingText.duration(now);
    }

    private static Duration twice(Duration time) {
        Duration twice = time.multipliedBy(2);
        return twice.compareTo(Quantities.LONGEST) > 0 ? Quantities.LONGEST : twice;
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    private static String percent(BigDecimal part, BigDecimal whole) {
        return whole.signum() == 0
                ? "0 %"
                : part.multiply(BigDecimal.valueOf(100)).divide(whole, 0, RoundingMode.HALF_UP) + " %";
    }

    private static List<FlushCounts> of(FlushReason reason, List<FlushCounts> counts) {
        return counts.stream().filter(one -> one.reason() == reason).toList();
    }

    private static long sum(List<FlushCounts> counts, ToLongFunction<FlushCounts> figure) {
        return counts.stream()
                .filter(one -> one.reason() != FlushReason.CHECKPOINT_ONLY)
                .mapToLong(figure)
                .sum();
    }

    private static long batches(List<FlushCounts> counts) {
        return sum(counts, FlushCounts::flushes);
    }

    private static long alone(List<FlushCounts> counts) {
        return of(FlushReason.CHECKPOINT_ONLY, counts).stream()
                .mapToLong(FlushCounts::flushes)
                .sum();
    }

    private static BigDecimal units(List<FlushCounts> counts, PriceList prices) {
        List<FlushCounts> only = of(FlushReason.CHECKPOINT_ONLY, counts);
        List<FlushCounts> others = counts.stream()
                .filter(one -> one.reason() != FlushReason.CHECKPOINT_ONLY)
                .toList();
        BigDecimal batches = parts(others);
        // Its own statements, and of the one that moves all checkpoints of a flush the same part as of the flush.
        long own = sum(counts, FlushCounts::statements) - batches(counts);
        return prices.batches(batches, batches.add(BigDecimal.valueOf(own))).add(prices.singles(parts(only)));
    }

    /** How many flushes it would be if each were its own: of one that n projections shared, 1/n. */
    private static BigDecimal parts(List<FlushCounts> counts) {
        return plainScale(counts.stream()
                .map(FlushCounts::shares)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .setScale(2, RoundingMode.HALF_UP));
    }

    private static boolean isShared(List<FlushCounts> counts) {
        return counts.stream().anyMatch(one -> one.shares().compareTo(BigDecimal.valueOf(one.flushes())) != 0);
    }

    private static BigDecimal plainScale(BigDecimal number) {
        return number.remainder(BigDecimal.ONE).signum() == 0 ? number.setScale(0, RoundingMode.UNNECESSARY) : number;
    }
}
