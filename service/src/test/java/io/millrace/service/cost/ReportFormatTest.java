package io.millrace.service.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.FlushReason;
import io.millrace.cost.MeasuredRung.Metric;
import io.millrace.cost.PriceList;
import io.millrace.sql.FlushCounts;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every format must tell, whoever reads it. */
class ReportFormatTest {
    private static final Report WHOLE = Reports.reference();
    private static final Report PARTIAL = WHOLE.partial("the 7th event is no event");
    private static final Report MEASURED = MeasuredReport.with(WHOLE, Reports.LADDER, Reports.bill());

    private static String print(ReportFormat format, Report report) {
        return format.print(report, 100);
    }

    @ParameterizedTest
    @CsvSource({
        "TEXT, PARTIAL: the 7th event is no event",
        "MARKDOWN, **Partial:** the 7th event is no event",
        "HTML, <strong>Partial:</strong> the 7th event is no event",
        "JSON, '\"partial\" : true,'",
        "JSON, '\"partialBecause\" : \"the 7th event is no event\"'",
        "CSV, ',true\n'"
    })
    void marksWhatIsPartial(ReportFormat format, String mark) {
        assertThat(print(format, PARTIAL)).contains(mark);
        assertThat(print(format, WHOLE)).doesNotContain(mark);
    }

    @Test
    void endsEachLineOfCsvWithWhetherItIsPartial() {
        assertThat(print(ReportFormat.CSV, PARTIAL).lines().toList())
                .first()
                .asString()
                .endsWith(",partial");
        assertThat(print(ReportFormat.CSV, PARTIAL).lines().skip(1))
                .hasSize(8)
                .allSatisfy(line -> assertThat(line).endsWith(",true"));
        assertThat(print(ReportFormat.CSV, WHOLE).lines().skip(1))
                .allSatisfy(line -> assertThat(line).endsWith(",false"));
    }

    @Test
    void setsWhatWasMeasuredBesideThePricesInCsv() {
        List<String> lines = print(ReportFormat.CSV, MEASURED).lines().toList();

        assertThat(lines).hasSize(9);
        List<String> columns = List.of(lines.get(0).split(","));
        List<String> fourth = List.of(lines.get(4).split(","));
        assertThat(columns).startsWith("rung", "name", "roundTrips").doesNotHaveDuplicates();
        assertThat(fourth.get(columns.indexOf("roundTrips"))).isEqualTo("135");
        assertThat(fourth.get(columns.indexOf("measured.roundTrips"))).isEqualTo("2000");
        assertThat(fourth.get(columns.indexOf("measured.seconds"))).isEqualTo("0.05625");
        assertThat(fourth.get(columns.indexOf("spread.secondsMost"))).isEqualTo("0.1125");
        assertThat(fourth.get(columns.indexOf("pricedAgainstMeasured.time"))).isEqualTo("71.605");
    }

    @Test
    void tellsMachinesInJsonWhatPeopleReadBeneathTheTables() throws IOException {
        JsonNode notes =
                JsonReport.JSON.readTree(print(ReportFormat.JSON, MEASURED)).get("notes");

        assertThat(notes.get("batchSizes").get(0).asText()).startsWith("Set batch-size: 250.");
        assertThat(notes.get("measured").get(0).asText()).contains("fsync on");
        assertThat(notes.get("pricedAgainstMeasured").get(0).asText()).startsWith("On no rung");
    }

    @Test
    void tellsMachinesInJsonTheNextCheaperSetting() throws IOException {
        FlushCounts counts = new FlushCounts(FlushReason.SIZE, 10, 1_000, 1_000, 10, 20, 10, BigDecimal.TEN);
        Report bill = BillReport.of(
                new BillReport.Bill("p", List.of(counts), List.of()), PriceList.REFERENCE, FlushPolicy.DEFAULT);

        JsonNode notes =
                JsonReport.JSON.readTree(print(ReportFormat.JSON, bill)).get("notes");

        assertThat(notes.get("bill").get(0).asText()).startsWith("The next cheaper setting: batch-size: 200");
    }

    @Test
    void endsNoLineBetweenANumberAndItsPercentSign() {
        for (int columns = 40; columns <= 100; columns++) {
            assertThat(ReportFormat.TEXT.print(WHOLE, columns).lines()).noneMatch(line -> line.startsWith("  %"));
        }
    }

    /** With figures far larger than any that were seen, and some that could not be read. */
    @ParameterizedTest
    @ValueSource(ints = {40, 80, 100})
    void fitsAMeasuredReportIntoATerminal(int columns) {
        Report unread = MeasuredReport.with(
                PARTIAL,
                Reports.LADDER,
                Reports.bill(
                        Set.of(Metric.COMMITS, Metric.ROWS, Metric.DEAD_TUPLES, Metric.SERVER_CPU_MS),
                        (rung, seconds) -> seconds));

        for (Report report : List.of(MEASURED, unread)) {
            assertThat(ReportFormat.TEXT.print(report, columns).lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        }
    }
}
