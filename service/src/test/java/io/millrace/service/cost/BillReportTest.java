package io.millrace.service.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.FlushReason;
import io.millrace.cost.PriceList;
import io.millrace.service.configuration.Quantities;
import io.millrace.sql.FlushCounts;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BillReportTest {
    /** 10 full batches of 100 events, folded to 20 rows each by 2 statements and a checkpoint; each trip by itself. */
    private static final FlushCounts SIZE =
            new FlushCounts(FlushReason.SIZE, 10, 1_000, 1_500, 200, 30, 10, BigDecimal.TEN);

    private static final FlushCounts LIVE =
            new FlushCounts(FlushReason.LIVE, 8_000, 8_000, 8_000, 8_000, 16_000, 8_000, BigDecimal.valueOf(8_000));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static FlushCounts of(FlushReason reason) {
        return new FlushCounts(reason, 7, 40, 40, 40, 14, 7, BigDecimal.valueOf(7));
    }

    private static Report report(List<FlushCounts> sinceStart, List<FlushCounts> lastHour, FlushPolicy policy) {
        return BillReport.of(new BillReport.Bill("p", sinceStart, lastHour), PriceList.REFERENCE, policy);
    }

    private static String cheaper(FlushCounts counts, FlushPolicy policy) {
        return report(List.of(counts), List.of(counts), policy)
                .sections()
                .get(0)
                .notes()
                .get(0);
    }

    private static Map<String, String> row(Report.Section section, int row) {
        Map<String, String> cells = new LinkedHashMap<>();
        for (int i = 0; i < section.table().columns().size(); i++) {
            cells.put(
                    section.table().columns().get(i).key(),
                    section.table().rows().get(row).get(i).shown());
        }
        return cells;
    }

    @Test
    void saysWhatTheFlushesTookSinceTheStart() {
        FlushCounts alone = new FlushCounts(FlushReason.CHECKPOINT_ONLY, 3, 0, 0, 0, 3, 3, BigDecimal.valueOf(3));
        Report report = report(List.of(SIZE, LIVE, alone), List.of(), FlushPolicy.DEFAULT);

        assertThat(report.sections().get(0).table().columns().stream().map(Table.Column::key))
                .containsExactly(
                        "period",
                        "events",
                        "batches",
                        "averageBatch",
                        "changes",
                        "rows",
                        "foldRatio",
                        "statements",
                        "roundTrips",
                        "checkpointOnly",
                        "share",
                        "units");
        assertThat(row(report.sections().get(0), 0).values())
                .containsExactly(
                        "since start",
                        "9,000",
                        "8,010",
                        "1.1",
                        "9,500",
                        "8,200",
                        "1.2",
                        "16,030",
                        "8,010",
                        "3",
                        "1.00",
                        "9616.0");
    }

    @Test
    void saysWhatTheyTookInTheLastHour() {
        Report report = report(List.of(SIZE, LIVE), List.of(SIZE), FlushPolicy.DEFAULT);

        assertThat(row(report.sections().get(0), 1))
                .containsEntry("period", "last hour")
                .containsEntry("events", "1,000")
                .containsEntry("averageBatch", "100.0")
                .containsEntry("foldRatio", "7.5")
                .containsEntry("units", "13.0");
    }

    @Test
    void tellsTheFlushesByReasonOfBothPeriods() {
        Report report = report(List.of(LIVE, SIZE), List.of(of(FlushReason.LIVE)), FlushPolicy.DEFAULT);

        Report.Section flushes = report.sections().get(1);
        assertThat(row(flushes, 0).values()).containsExactly("live", "8,000", "8,000", "7", "40");
        assertThat(row(flushes, 1).values()).containsExactly("size", "10", "1,000", "0", "0");
    }

    @Test
    void advisesTheSettingOfTheDearestFlushesOfTheLastHour() {
        Report report = report(List.of(LIVE, SIZE), List.of(SIZE), FlushPolicy.DEFAULT);

        assertThat(report.sections().get(0).notes())
                .containsExactly(
                        "The next cheaper setting: batch-size: 200 instead of 100. Size flushes are 100 % of the"
                                + " bill in the last hour; half as many batches would cost 5.5 units less, or more where changes"
                                + " fold.");
    }

    @Test
    void advisesByAllTimeWhereNothingWasFlushedInTheLastHour() {
        Report report = report(List.of(LIVE, SIZE), List.of(), FlushPolicy.DEFAULT);

        assertThat(report.sections().get(0).notes().get(0))
                .startsWith("The next cheaper setting: flush.live: within 1s, if a live event may wait that long. Live"
                        + " flushes are 100 % of the bill since its start; how much it saves depends");
    }

    @Test
    void advisesNoBatchSizeWhereBatchesFindTheirOwn() {
        FlushPolicy policy = FlushPolicy.ADAPTIVE;

        String advice = cheaper(SIZE, policy);

        assertThat(advice)
                .startsWith("The next cheaper setting: flush.time: 400ms instead of 200ms. ")
                .contains("to 100,000 events at most")
                .doesNotContain("batch-size");
    }

    @Test
    void advisesNothingWhereAdaptiveBatchesAreAsLargeAsTheyGet() {
        FlushPolicy policy = FlushPolicy.ADAPTIVE.withSizing(BatchSizing.ADAPTIVE.withMaxEvents(100));

        assertThat(cheaper(SIZE, policy)).startsWith("No setting would make it much cheaper: size flushes are 100 %");
    }

    @Test
    void sparesOfSharedFlushesOnlyItsPart() {
        FlushCounts shared = new FlushCounts(FlushReason.SIZE, 10, 1_000, 1_500, 200, 30, 10, BigDecimal.ONE);

        assertThat(cheaper(shared, FlushPolicy.DEFAULT))
                .contains("half as many batches would cost 0.550 units less")
                .endsWith("It shares its flushes: set it for all the projections that share them, since one that is set"
                        + " otherwise flushes alone.");
    }

    @Test
    void saysThatPartsOfFlushesAreRounded() {
        FlushCounts shared =
                new FlushCounts(FlushReason.SIZE, 10, 10, 10, 10, 20, 10, new BigDecimal("3.33333333333333"));
        Report report = report(List.of(shared), List.of(), FlushPolicy.DEFAULT);

        // 3.33 batches, 3.33 checkpoints' statements and 10 of its own.
        assertThat(row(report.sections().get(0), 0))
                .containsEntry("share", "0.33")
                .containsEntry("units", "4.663");
        assertThat(report.about()).last().asString().contains("rounded to hundredths");
        assertThat(report(List.of(SIZE), List.of(), FlushPolicy.DEFAULT).about())
                .noneMatch(line -> line.contains("rounded"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 750, 30_000, 100_000, 45 * 60_000, 365L * 24 * 3_600_000})
    void advisesAWaitThatAConfigurationTakes(long liveWithinMs) {
        FlushPolicy policy = FlushPolicy.DEFAULT.withLiveWithin(Duration.ofMillis(liveWithinMs));

        Duration advised = WrittenSettings.advised(folder, List.of(cheaper(LIVE, policy)))
                .flushLive()
                .orElseThrow();

        assertThat(advised.toMillis())
                .isEqualTo(liveWithinMs == 0 ? 1_000 : Math.min(2 * liveWithinMs, Quantities.LONGEST.toMillis()));
    }

    @Test
    void saysHowManyLiveFlushesAnHourWouldBeLeftAtMost() {
        assertThat(cheaper(LIVE, FlushPolicy.DEFAULT)).contains("; at most 3,600 an hour would be left of 8,000.");
    }

    @Test
    void promisesNoNumberOfLiveFlushesForAWaitOfMoreThanAnHour() {
        FlushPolicy policy = FlushPolicy.DEFAULT.withLiveWithin(Duration.ofMinutes(31));

        assertThat(cheaper(LIVE, policy)).contains("flush.live: within 62m,").doesNotContain("would be left");
    }

    @Test
    void advisesALongerAgeThatAConfigurationTakes() {
        String advice = cheaper(of(FlushReason.AGE), FlushPolicy.DEFAULT.withMaxAge(Duration.ofMillis(750)));

        assertThat(advice).contains("instead of 750ms");
        assertThat(WrittenSettings.advised(folder, List.of(advice)).batchAge()).contains(Duration.ofMillis(1_500));
    }

    @Test
    void advisesMoreBytesThatAConfigurationTakes() {
        String advice = cheaper(of(FlushReason.BYTES), FlushPolicy.DEFAULT);

        assertThat(advice).contains("instead of 4MiB");
        assertThat(WrittenSettings.advised(folder, List.of(advice)).batchBytes())
                .isEqualTo(OptionalLong.of(8L << 20));
    }

    @Test
    void advisesALargerBatchThatAConfigurationTakes() {
        String advice = cheaper(SIZE, FlushPolicy.DEFAULT.withBatchSize(1_000));

        assertThat(WrittenSettings.advised(folder, List.of(advice)).batchSize()).isEqualTo(OptionalInt.of(2_000));
    }

    @Test
    void advisesALongerFlushThatAConfigurationTakes() {
        assertThat(WrittenSettings.advised(folder, List.of(cheaper(SIZE, FlushPolicy.ADAPTIVE)))
                        .flushTime())
                .contains(Duration.ofMillis(400));
    }

    @Test
    void advisesNothingWhereNoSettingHelps() {
        assertThat(cheaper(of(FlushReason.CAUGHT_UP), FlushPolicy.DEFAULT))
                .isEqualTo("No setting would make it much cheaper: caught up flushes are 100 % of the bill in the last"
                        + " hour.");
    }
}
