package io.millrace.service.cost;

import static io.millrace.cost.ReferenceStream.VIEWS_PER_VIEWER;
import static io.millrace.service.cost.Reports.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.FlushPolicy;
import io.millrace.cost.Ladder;
import io.millrace.cost.LadderSettings;
import io.millrace.cost.PriceList;
import io.millrace.cost.RecordedStream;
import io.millrace.cost.ReferenceStream;
import io.millrace.cost.ReferenceStream.Order;
import io.millrace.cost.Sweep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderReportTest {
    private static final RecordedStream LARGE =
            new ReferenceStream(20_000, 50, 100, 1, Order.LAST).recorded(Duration.ofSeconds(1));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static LadderSettings with(FlushPolicy policy) {
        return new LadderSettings(PriceList.REFERENCE, policy, 10);
    }

    private static Report report(RecordedStream stream, LadderSettings settings) {
        return LadderReport.of(
                VIEWS_PER_VIEWER,
                stream,
                settings,
                Ladder.climb(VIEWS_PER_VIEWER, stream, settings),
                List.of(
                        Sweep.ofBatchSizes(VIEWS_PER_VIEWER, stream, settings),
                        Sweep.ofFreshness(VIEWS_PER_VIEWER, stream, settings)));
    }

    private static Report reference(FlushPolicy policy) {
        return report(Reports.STREAM, with(policy));
    }

    private static List<String> values(Report report, String key) {
        return section(report, key).table().rows().stream()
                .map(row -> String.valueOf(row.get(0).value()))
                .toList();
    }

    @Test
    void namesBatchSizesThatAConfigurationTakes() {
        Report report = report(LARGE, LadderSettings.DEFAULT);

        assertThat(values(report, "batchSizes"))
                .endsWith("1000", "2500", "5000", "10000", "20000")
                .allSatisfy(value -> assertThat(WrittenSettings.read(folder, "batch-size", value)
                                .batchSize())
                        .isEqualTo(OptionalInt.of(Integer.parseInt(value))));
    }

    @Test
    void namesWaitsThatAConfigurationTakes() {
        Report report = report(LARGE, with(FlushPolicy.DEFAULT.withLiveWithin(Duration.ofMillis(2_500))));

        assertThat(values(report, "freshness"))
                .contains("each", "within 2500ms", "within 1m")
                .allSatisfy(value -> assertThat(WrittenSettings.read(folder, "flush.live", value)
                                .flushLive())
                        .isPresent());
    }

    @Test
    void advisesABatchSizeThatAConfigurationTakes() {
        RecordedStream historic = new ReferenceStream(20_000, 50, 0, 1, Order.LAST).recorded(Duration.ofSeconds(1));

        Report report = report(historic, LadderSettings.DEFAULT);

        assertThat(WrittenSettings.advised(folder, section(report, "batchSizes").notes())
                        .batchSize())
                .isEqualTo(OptionalInt.of(20_000));
    }

    @Test
    void advisesAWaitThatAConfigurationTakes() {
        RecordedStream slow = new ReferenceStream(100, 0, 100, 1, Order.LAST).recorded(Duration.ofSeconds(1));

        Report report = report(slow, LadderSettings.DEFAULT);

        assertThat(WrittenSettings.advised(folder, section(report, "freshness").notes())
                        .flushLive())
                .contains(Duration.ofMinutes(1));
    }

    @Test
    void advisesTheKneeAgainstWhatIsSet() {
        Report report = reference(FlushPolicy.DEFAULT);

        assertThat(section(report, "batchSizes").notes())
                .containsExactly("Set batch-size: 250. It saves 16 % against 100; no larger batch saves another tenth,"
                        + " each shows history later, and this one holds 4 KiB of events.");
        assertThat(section(report, "freshness").notes())
                .containsExactly("Set flush.live: within 2s, where the wait may be. It saves 70 % against each; no"
                        + " longer wait saves another tenth, and a live event shows after 2 s at most.");
    }

    @Test
    void saysThatWhatStandsOnTheKneeIsWellSet() {
        Report report = reference(FlushPolicy.DEFAULT.withBatchSize(250));

        assertThat(section(report, "batchSizes").notes().get(0)).startsWith("batch-size: 250 is well set: ");
    }

    @Test
    void saysWhatTheKneeCostsWhereMoreThanItIsSet() {
        Report report = reference(FlushPolicy.DEFAULT.withBatchSize(3_000));

        assertThat(section(report, "batchSizes").notes().get(0))
                .startsWith("Set batch-size: 250. It costs 12 % more than 3000; ");
    }

    @Test
    void marksTheKneeWhatIsSetWhatIsEverythingAndWhatIsCut() {
        int bytes = "{\"viewerId\":\"1\"}".length();
        Report report = reference(FlushPolicy.DEFAULT.withMaxBytes(1_000L * bytes));

        assertThat(section(report, "batchSizes").table().rows().stream()
                        .map(row -> row.get(0).shown() + " " + row.get(8).shown())
                        .filter(row -> row.contains("(") || row.contains("<")))
                .containsExactly(
                        "100 (as set)",
                        "250 <- the knee",
                        "2500 (cut by bytes or rows)",
                        "3500 (cut by bytes or rows)");
        assertThat(section(reference(FlushPolicy.DEFAULT), "batchSizes")
                        .table()
                        .rows()
                        .get(9)
                        .get(8)
                        .shown())
                .isEqualTo("(all at hand)");
    }

    @Test
    void saysAtWhichSizeItPricesAdaptiveBatches() {
        Report report = reference(FlushPolicy.ADAPTIVE);

        assertThat(report.about()).last().asString().contains("adaptive", "priced at batches of 1,000");
        assertThat(section(report, "batchSizes").notes().get(0))
                .startsWith("Adaptive batches find their size by themselves. Of those that stay, 250 is worth it: ");
    }

    /** The last column of the table of rungs, which machines get and people read beneath it. */
    @Test
    void tellsWhatEachRungGivesUp() {
        assertThat(section(reference(FlushPolicy.DEFAULT), "ladder").notes())
                .containsExactly(
                        "What each rung gives up, against the one before (Millrace stands on rung 5):",
                        "1: nothing: each event shows at once, and the checkpoint follows every event",
                        "2: a restart reads again what nobody handles after the last handled event",
                        "3: while catching up, rows show 100 events (2 KiB) at a time",
                        "4: nothing more",
                        "5: nothing more",
                        "6: while catching up, rows show 1,000 events (16 KiB) at a time",
                        "7: history shows only when all of it is folded: holds 3,500 events (55 KiB)",
                        "8: nothing, if they come at once; to gather others, see how long to wait");
    }

    @Test
    void tellsHowLongALiveEventWaitsThatMay() {
        Report report = reference(FlushPolicy.DEFAULT.withLiveWithin(Duration.ofSeconds(1)));

        assertThat(section(report, "ladder").notes())
                .contains("5: nothing more; a live event shows after 1 s at most")
                .contains("8: a live event shows after 1 s at most");
    }
}
