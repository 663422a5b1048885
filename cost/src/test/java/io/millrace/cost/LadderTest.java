package io.millrace.cost;

import static io.millrace.cost.ReferenceStream.VIEWS;
import static io.millrace.cost.ReferenceStream.VIEWS_PER_VIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.FlushPolicy;
import io.millrace.checkpoint.Position;
import io.millrace.cost.ReferenceStream.Order;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each rung makes of the reference stream, to the tenth of a unit. */
class LadderTest {
    private static final Duration INTERVAL = Duration.ofMillis(100);

    @ParameterizedTest
    @EnumSource
    void costsExactlyTheReferenceFigures(Order order) {
        Ladder ladder = climb(new ReferenceStream(3_500, 50, 100, 1, order), LadderSettings.DEFAULT);

        assertThat(units(ladder)).containsExactly("7250", "7200", "508.5", "162.0", "162.0", "124.8", "121.2", "13.2");
        assertThat(ladder.rungs().stream().map(RungCost::statements))
                .containsExactly(7_250L, 7_200L, 3_735L, 270L, 270L, 208L, 202L, 22L);
        assertThat(ladder.rungs().stream().map(RungCost::roundTrips))
                .containsExactly(7_250L, 7_200L, 135L, 135L, 135L, 104L, 101L, 11L);
    }

    @ParameterizedTest
    @EnumSource
    void endsWithTheReferenceRowsAndCheckpoint(Order order) {
        Ladder ladder = climb(new ReferenceStream(3_500, 50, 100, 1, order), LadderSettings.DEFAULT);

        assertThat(viewsByViewer(ladder)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 3_500L, "2", 100L));
        assertThat(ladder.checkpoint()).contains(Position.inLog(3_650, 3_650));
        assertThat(ladder.failure()).isEmpty();
    }

    @Test
    void saysHowManyTimesCheaperEachRungIsThanTheFirst() {
        Ladder ladder = climb(ReferenceStream.DEFAULT, LadderSettings.DEFAULT);

        assertThat(ladder.rungs().stream()
                        .map(rung -> rung.timesCheaper().orElseThrow().toPlainString()))
                .containsExactly("1.00", "1.01", "14.26", "44.75", "44.75", "58.09", "59.82", "549.24");
    }

    @Test
    void readsEverythingOnTheFirstTwoRungsAndOnlyWhatIsHandledBeyond() {
        Ladder ladder = climb(ReferenceStream.DEFAULT, LadderSettings.DEFAULT);

        assertThat(ladder.rungs().stream().map(RungCost::eventsRead))
                .containsExactly(3_650L, 3_650L, 3_600L, 3_600L, 3_600L, 3_600L, 3_600L, 3_600L);
        assertThat(ladder.rungs().stream().map(RungCost::handled)).containsOnly(3_600L);
    }

    @Test
    void costsTheFirstRungAStatementForEveryBookmarkToo() {
        for (int bookmarks : List.of(0, 1, 500)) {
            Ladder ladder =
                    climb(new ReferenceStream(300, bookmarks, 10, 1, Order.INTERLEAVED), LadderSettings.DEFAULT);

            assertThat(units(ladder).subList(0, 2)).containsExactly(Integer.toString(620 + bookmarks), "620");
        }
    }

    /** The more viewers, the less there is to fold: in the end a row per event. A statement per shape does not mind. */
    @ParameterizedTest
    @CsvSource({"1, 162.0", "10, 193.5", "50, 333.5", "100, 508.5"})
    void gainsTheLessByFoldingTheMoreViewersThereAre(int viewers, String folded) {
        Ladder ladder = climb(new ReferenceStream(3_500, 50, 100, viewers, Order.INTERLEAVED), LadderSettings.DEFAULT);

        assertThat(units(ladder).subList(2, 5)).containsExactly("508.5", folded, "162.0");
    }

    /** Where the size does not divide 3,500, there is one batch more: what is left at caught-up. */
    @ParameterizedTest
    @CsvSource({
        "1,    3600, 4320.0, 4320.0",
        "10,   450,  855.0,  540.0",
        "50,   170,  547.0,  204.0",
        "200,  118,  489.8,  141.6",
        "1000, 104,  474.4,  124.8",
    })
    void costsLessTheLargerTheBatches(int batchSize, long flushes, String batched, String folded) {
        LadderSettings settings = with(FlushPolicy.DEFAULT.withBatchSize(batchSize));

        Ladder ladder = climb(ReferenceStream.DEFAULT, settings);

        assertThat(ladder.rungs().get(2).flushes()).isEqualTo(flushes);
        assertThat(units(ladder).subList(2, 5)).containsExactly(batched, folded, folded);
    }

    @Test
    void takesAnotherPriceList() {
        PriceList prices = new PriceList(new BigDecimal("2"), new BigDecimal("3"), new BigDecimal("0.25"));

        Ladder ladder = climb(ReferenceStream.DEFAULT, new LadderSettings(prices, FlushPolicy.DEFAULT, 10));

        assertThat(units(ladder).subList(0, 4)).containsExactly("14500", "14400", "1338.75", "472.50");
    }

    @Test
    void gathersLiveEventsThatMayWait() {
        Ladder ladder = climb(ReferenceStream.DEFAULT, with(FlushPolicy.DEFAULT.withLiveWithin(Duration.ofSeconds(1))));

        // At 10 events/s those of one second and the one that begins it: 11 a flush, 10 flushes.
        assertThat(ladder.asItRuns().flushes()).isEqualTo(35 + 10);
        assertThat(ladder.asItRuns().longestWait()).isEqualTo(Duration.ofSeconds(1));
        assertThat(ladder.rungs().get(3).longestWait()).isZero();
    }

    /** In virtual time no flush takes any, so that nothing tells how far they would grow. */
    @Test
    void pricesBatchesThatFindTheirOwnSizeAtTheOneThatTheyBeginWith() {
        Ladder ladder = climb(ReferenceStream.DEFAULT, with(FlushPolicy.ADAPTIVE));

        assertThat(ladder.asItRuns().flushes()).isEqualTo(4 + 100);
        assertThat(ladder.rungs().get(2).name()).startsWith("batches of 1,000");
        assertThat(ladder.rungs().get(5).name()).isEqualTo("batches of 10,000");
    }

    @Test
    void cutsBatchesByTheirBytes() {
        int bytes = "{\"viewerId\":\"1\"}".length();

        Ladder ladder = climb(ReferenceStream.DEFAULT, with(FlushPolicy.DEFAULT.withMaxBytes(50L * bytes)));

        assertThat(ladder.asItRuns().flushes()).isEqualTo(70 + 100);
        assertThat(ladder.rungs().get(6).flushes()).as("everything at hand").isEqualTo(1 + 100);
    }

    @Test
    void movesTheCheckpointOnceMoreAtTheEndWhereNoLiveEventFollowsTheBookmarks() {
        Ladder ladder = climb(new ReferenceStream(200, 10, 0, 1, Order.LAST), LadderSettings.DEFAULT);

        assertThat(units(ladder).subList(0, 4)).containsExactly("410", "401", "23.2", "3.4");
        assertThat(ladder.checkpoint()).contains(Position.inLog(210, 210));
    }

    @Test
    void marksWhatAFailingProjectionLeavesAsPartial() {
        List<EventEnvelope> events = new ArrayList<>();
        for (int i = 1; i <= 250; i++) {
            events.add(event(i, i == 200 ? "{}" : "{\"viewerId\":\"1\"}"));
        }

        Ladder ladder = Ladder.climb(
                VIEWS_PER_VIEWER, RecordedStream.of("250 events", events, 0, INTERVAL), LadderSettings.DEFAULT);

        assertThat(ladder.isPartial()).isTrue();
        assertThat(ladder.failure().orElseThrow()).hasMessageContaining("viewer-1#200");
        assertThat(ladder.rungs()).hasSize(8);
        assertThat(ladder.rungs().stream().map(RungCost::handled)).containsOnly(199L);
    }

    @Test
    void refusesAStreamOfWhichNothingIsHandled() {
        RecordedStream bookmarks = new ReferenceStream(0, 3, 0, 1, Order.LAST).recorded(INTERVAL);

        assertThatThrownBy(() -> Ladder.climb(VIEWS_PER_VIEWER, bookmarks, LadderSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("views-per-viewer handles, [VideoViewed]");
    }

    /** The types alone would do: a stream of the same events that the projection does not read costs it nothing. */
    @Test
    void refusesAStreamThatTheProjectionDoesNotRead() {
        Projection elsewhere = Projection.named("elsewhere")
                .fromStreamsStartingWith("subscriber-")
                .into(VIEWS)
                .on("VideoViewed", ReferenceStream.VideoViewed.class, (viewed, rows) -> {})
                .build();
        RecordedStream stream = ReferenceStream.DEFAULT.recorded(INTERVAL);

        assertThatThrownBy(() -> Ladder.climb(elsewhere, stream, LadderSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("elsewhere handles, [VideoViewed]")
                .hasMessageContaining("subscriber-");
    }

    @Test
    void refusesAProjectionThatMakesOtherRowsOfTheSameEvents() {
        AtomicLong calls = new AtomicLong();
        Projection impure = Projection.named("impure")
                .into(VIEWS)
                .on(
                        "VideoViewed",
                        ReferenceStream.VideoViewed.class,
                        (viewed, rows) -> rows.row(viewed.viewerId()).set("views", calls.incrementAndGet()))
                .build();
        RecordedStream stream = new ReferenceStream(10, 0, 0, 1, Order.LAST).recorded(INTERVAL);

        assertThatThrownBy(() -> Ladder.climb(impure, stream, LadderSettings.DEFAULT))
                .isInstanceOf(ImpureProjectionException.class)
                .hasMessageContaining("projection impure ended with other rows on rung 2 than on rung 1");
    }

    /** The shipped projector cuts batches at 50,000 rows. */
    @Test
    void holdsEverythingAtHandInOneBatchHoweverManyRowsItChanges() {
        Ladder ladder = climb(new ReferenceStream(50_100, 0, 0, 50_100, Order.LAST), LadderSettings.DEFAULT);

        assertThat(ladder.rungs().get(6).flushes()).isEqualTo(1);
    }

    @Test
    void refusesAnEmptyStreamAndAbsurdCounts() {
        assertThatThrownBy(() -> new ReferenceStream(0, 0, 0, 1, Order.LAST).recorded(INTERVAL))
                .hasMessageContaining("at least one event");
        assertThatThrownBy(() -> new ReferenceStream(-1, 0, 0, 1, Order.LAST)).hasMessageContaining("views=-1");
        assertThatThrownBy(() -> new ReferenceStream(1, 0, 0, 0, Order.LAST)).hasMessageContaining("viewers=0");
        assertThatThrownBy(() -> new ReferenceStream(2_000_000_000, 0, 0, 1, Order.LAST))
                .hasMessageContaining("views=2000000000");
    }

    @Test
    void countsRawSqlAsAStatementAndDoesNotRunIt() {
        Projection raw = Projection.named("raw")
                .into(VIEWS)
                .alsoWrites("audit")
                .on("VideoViewed", ReferenceStream.VideoViewed.class, (viewed, rows) -> {
                    rows.row(viewed.viewerId()).increment("views", 1);
                    rows.execute("INSERT INTO audit VALUES (?)", viewed.viewerId());
                })
                .build();

        Ladder ladder = Ladder.climb(
                raw, new ReferenceStream(100, 0, 0, 1, Order.LAST).recorded(INTERVAL), LadderSettings.DEFAULT);

        assertThat(ladder.rungs().stream().map(RungCost::statements).limit(5))
                .containsExactly(300L, 300L, 201L, 201L, 201L);
    }

    private static LadderSettings with(FlushPolicy policy) {
        return new LadderSettings(PriceList.REFERENCE, policy, 10);
    }

    private static Ladder climb(ReferenceStream stream, LadderSettings settings) {
        return Ladder.climb(VIEWS_PER_VIEWER, stream.recorded(INTERVAL), settings);
    }

    private static List<String> units(Ladder ladder) {
        return ladder.rungs().stream().map(rung -> rung.units().toPlainString()).toList();
    }

    private static Map<Object, Object> viewsByViewer(Ladder ladder) {
        return ladder.rows().getOrDefault(VIEWS, Map.of()).entrySet().stream()
                .collect(Collectors.toMap(
                        row -> row.getKey().values().get(0),
                        row -> row.getValue().get("views")));
    }

    private static EventEnvelope event(int position, String data) {
        return new EventEnvelope(
                new UUID(0, position),
                "VideoViewed",
                "viewer-1",
                position,
                Position.inLog(position, position),
                Instant.EPOCH,
                data.getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
