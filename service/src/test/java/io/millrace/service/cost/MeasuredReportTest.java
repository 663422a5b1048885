package io.millrace.service.cost;

import static io.millrace.service.cost.Reports.LADDER;
import static io.millrace.service.cost.Reports.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cost.MeasuredBill;
import io.millrace.cost.MeasuredRung;
import io.millrace.cost.MeasuredRung.Metric;
import io.millrace.cost.RungCost;
import io.millrace.cost.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Of bills made by hand. */
class MeasuredReportTest {
    private static final String NO_RUNG = "On no rung is the price list off by more than a factor of two.";

    private static Report report(MeasuredBill bill) {
        return MeasuredReport.with(Reports.reference(), LADDER, bill);
    }

    private static List<String> judgement(MeasuredBill bill) {
        return section(report(bill), "pricedAgainstMeasured").notes();
    }

    private static List<String> conditions(MeasuredBill bill) {
        return section(report(bill), "measured").notes();
    }

    private static String shown(Report.Section section, int row, String key) {
        for (int i = 0; i < section.table().columns().size(); i++) {
            if (section.table().columns().get(i).key().equals(key)) {
                return section.table().rows().get(row).get(i).shown();
            }
        }
        throw new AssertionError("expected a column: " + key);
    }

    @Test
    void findsThePricesBehindTheTimes() {
        assertThat(judgement(Reports.bill()))
                .contains("By these times, where a batch costs 1, a statement in it costs 0.25 and a single statement 2"
                        + " (--price statement=2,batch=1,per-statement=0.25).");
    }

    @Test
    void findsNoPricesWhereMoreStatementsTookLessTime() {
        MeasuredBill bill = Reports.bill(Set.of(), (rung, seconds) -> rung.rung() == 3 ? 0.001 : seconds);

        assertThat(judgement(bill)).noneMatch(note -> note.startsWith("By these times"));
    }

    @Test
    void saysThatThePriceListIsRightWithinAFactorOfTwo() {
        assertThat(judgement(Reports.bill())).contains(NO_RUNG);
    }

    /** Rung 6 is priced 58.09 times cheaper than the first. */
    @ParameterizedTest
    @CsvSource({"3, 19.4", "0.3333333, 174.3"})
    void saysOnWhichRungThePriceListIsOffByThree(double off, String measured) {
        double first = 2.0 * 7_250 / 3_600;

        MeasuredBill bill = Reports.bill(Set.of(), (rung, seconds) -> rung.rung() == 6 ? off * first / 58.09 : seconds);

        assertThat(judgement(bill))
                .contains("The price list misleads on rung 6: priced 58.1x cheaper than rung 1, it took " + measured
                        + "x less time.")
                .doesNotContain(NO_RUNG);
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMITS", "ROWS", "DEAD_TUPLES", "SERVER_CPU_MS"})
    void saysOfACounterThatCannotBeReadThatItWasNotMeasured(Metric metric) {
        Report report = report(Reports.bill(Set.of(metric), (rung, seconds) -> seconds));

        List<List<Cell>> rows = section(report, "measured").table().rows();
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.stream().filter(cell -> cell.value() == null))
                        .containsExactly(Cell.none("not measured")));
    }

    @Test
    void tellsTheMediansOfEachFigure() {
        Report.Section measured = section(report(Reports.bill()), "measured");

        assertThat(measured.table().rows().get(3).stream().map(Cell::shown))
                .containsExactly(
                        "4",
                        "folded: one statement per row",
                        "3",
                        "2,000",
                        "2,000",
                        "2,000",
                        "2,000",
                        "500.0",
                        "2,000",
                        "2,000.0",
                        "2,000.0",
                        "0.056");
    }

    @ParameterizedTest
    @CsvSource({
        "roundTrips, '1,234 - 5,678,901'",
        "statements, '1,234 - 5,678,901'",
        "commits, '1,234 - 5,678,901'",
        "rows, '1,234 - 5,678,901'",
        "deadTuples, '1,234 - 5,678,901'",
        "walKiB, '1.2 - 5,545.8'",
        "serverCpuMs, '1,234.0 - 5,678,901.0'",
        "clientCpuMs, '1,234.0 - 5,678,901.0'",
        "seconds, '0.028 - 0.113'"
    })
    void tellsHowFarTheRunsLayApart(String figure, String range) {
        assertThat(shown(section(report(Reports.bill()), "spread"), 3, figure)).isEqualTo(range);
    }

    @Test
    void tellsOneNumberWhereAllRunsAgree() {
        MeasuredRung rung = new MeasuredRung(1, "n", 2, Map.of(Metric.COMMITS, new Spread(2_000, 2_000, 2_000)));
        List<MeasuredRung> rungs = new ArrayList<>(Reports.bill().rungs());
        rungs.set(0, rung);

        Report.Section spread = section(report(Reports.bill(rungs, 0, Optional.empty())), "spread");

        assertThat(shown(spread, 0, "commits")).isEqualTo("2,000");
    }

    @Test
    void saysOfHowManyRunsItTellsTheMedians() {
        assertThat(conditions(Reports.bill()))
                .containsExactly(
                        "PostgreSQL 18.6, fsync on, synchronous_commit on; medians of 3 interleaved runs, rungs"
                                + " 1 and 2 two autocommits an event.");
    }

    /** The first three rungs were run twice, the others once. */
    private static MeasuredBill partial() {
        List<MeasuredRung> rungs = Reports.bill().rungs().stream()
                .map(rung -> new MeasuredRung(rung.rung(), rung.name(), rung.rung() <= 3 ? 2 : 1, rung.figures()))
                .toList();
        return Reports.bill(rungs, 0, Optional.of(new IllegalStateException("disk full")));
    }

    @Test
    void tellsTheRunsThatCameToTheirEndAndNotThoseThatWereAskedFor() {
        assertThat(conditions(partial()).get(0))
                .contains("medians of 1 to 2 interleaved runs, of the 3 that were to be,");
    }

    @Test
    void doesNotCallThePriceListRightWhereMeasuringEndedHalfWay() {
        assertThat(judgement(partial())).doesNotContain(NO_RUNG);
    }

    @Test
    void saysOfWhichRungsItCannotJudgeThePriceList() {
        List<MeasuredRung> rungs = Reports.bill().rungs().stream()
                .map(rung -> rung.rung() <= 6 ? rung : new MeasuredRung(rung.rung(), rung.name(), 0, Map.of()))
                .toList();

        assertThat(judgement(Reports.bill(rungs, 0, Optional.empty())))
                .contains("Of these rungs there is nothing to compare: 7, 8.")
                .doesNotContain(NO_RUNG);
    }

    @Test
    void warnsWhereOthersWrite() {
        MeasuredBill quiet = Reports.bill();
        MeasuredBill busy = Reports.bill(quiet.rungs(), 1_000_000, Optional.empty());

        assertThat(conditions(busy))
                .last()
                .asString()
                .startsWith("WARNING: others write to this server (up to 976 KiB/s");
        assertThat(conditions(quiet)).noneMatch(note -> note.startsWith("WARNING"));
    }

    @Test
    void setsWhatWasMeasuredBesideThePrices() {
        Report.Section ratios = section(report(Reports.bill()), "pricedAgainstMeasured");

        RungCost fourth = LADDER.rungs().get(3);
        assertThat(fourth.timesCheaper().orElseThrow()).isEqualByComparingTo("44.75");
        assertThat(ratios.table().rows().get(3).stream().map(Cell::shown))
                .containsExactly("4", fourth.name(), "44.8x", "71.6x", "1.0x", "4.0x");
    }
}
