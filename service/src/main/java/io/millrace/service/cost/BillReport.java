package io.millrace.service.cost;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.FlushReason;
import io.millrace.cost.PriceList;
import io.millrace.cost.Quantity;
import io.millrace.service.cost.Table.Column;
import io.millrace.sql.FlushCounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
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
                List.of(
                        "Prices in units: " + prices.describe() + ".",
                        "Counted with its checkpoint, in buckets of five minutes: each event once, over all restarts."),
                List.of(totals(bill, prices, policy), reasons(bill)),
                Optional.empty());
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
        String period = recent ? "in the last hour" : "since its start";
        Optional<FlushCounts> dearest = counts.stream()
                .filter(one -> one.reason() != FlushReason.CHECKPOINT_ONLY)
                .max(java.util.Comparator.comparing(one -> units(List.of(one), prices)));
        if (dearest.isEmpty()) {
            return "It has not flushed a batch yet.";
        }
        String share = words(dearest.get().reason()) + " flushes are "
                + percent(units(List.of(dearest.get()), prices), units(counts, prices)) + " of the bill " + period;
        return switch (dearest.get().reason()) {
            case LIVE -> live(dearest.get(), share, recent, policy);
            case SIZE ->
                String.format(
                        Locale.ROOT,
                        "The next cheaper setting: batch-size: %d instead of %d. %s; half as many batches would cost %s units"
                                + " less, or more where changes fold.",
                        Math.min(Integer.MAX_VALUE, 2L * policy.batchSize()),
                        policy.batchSize(),
                        capital(share),
                        prices.batches(
                                        dearest.get().flushes() / 2,
                                        dearest.get().flushes() / 2)
                                .toPlainString());
            case AGE ->
                "The next cheaper setting: a longer batch-age than " + Quantity.time(policy.maxAge()) + ". "
                        + capital(share) + "; events come too slowly while catching up to fill a batch in that time.";
            case BYTES ->
                "The next cheaper setting: larger batch-bytes than " + Quantity.bytes(policy.maxBytes()) + ". "
                        + capital(share) + ".";
            default -> "No setting would make it much cheaper: " + share + ".";
        };
    }

    private static String live(FlushCounts flushes, String share, boolean recent, FlushPolicy policy) {
        Duration wait =
                policy.liveWithin().isZero() ? WAIT : policy.liveWithin().multipliedBy(2);
        long most = Duration.ofHours(1).dividedBy(wait);
        String bound = recent && flushes.flushes() > most
                ? String.format(Locale.ROOT, "; at most %,d an hour would be left of %,d", most, flushes.flushes())
                : "; how much it saves depends on how events come: `millrace cost` with --rate tells";
        return "The next cheaper setting: flush.live: within "
                + Quantity.time(wait).replace(" ", "") + ", if a live event may wait that long. " + capital(share)
                + bound + ".";
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
        double shares = counts.stream().mapToDouble(FlushCounts::shares).sum();
        BigDecimal parts = BigDecimal.valueOf(shares).setScale(2, RoundingMode.HALF_UP);
        return parts.remainder(BigDecimal.ONE).signum() == 0 ? parts.setScale(0, RoundingMode.UNNECESSARY) : parts;
    }
}
