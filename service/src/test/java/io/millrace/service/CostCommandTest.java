package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.service.TestProgram.Ended;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void printsTheReferenceLadderWithinAHundredColumns() {
        Ended ended = TestProgram.run("cost");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(rungs(ended))
                .containsExactly(
                        "7250 7250 7250",
                        "7200 7200 7200",
                        "135 3735 508.5",
                        "135 270 162.0",
                        "135 270 162.0",
                        "104 208 124.8",
                        "101 202 121.2",
                        "11 22 13.2");
        assertThat(ended.out()).contains("viewer_views 1 -> 3500, 2 -> 100; checkpoint 3650.");
        assertThat(ended.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @ParameterizedTest
    @CsvSource({
        "80, --burst=10",
        "80, '--price=per-statement=0.000000001'",
        "100, '--price=per-statement=0.000000001'",
        "80, --flush-live=within 2500ms",
        "100, --views=100000 --live=0 --batch-size=100000"
    })
    void fitsTheLadderIntoATerminal(int columns, String option) {
        Ended ended = TestProgram.runIn(
                columns,
                Stream.concat(Stream.of("cost"), Stream.of(option.split(" (?=--)")))
                        .toArray(String[]::new));

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 100})
    void fitsAPartialReportIntoATerminal(int columns) throws IOException {
        String unreadable =
                PAID.replace("\"amount\":2", "\"amount\":\"" + "far more than a number can hold ".repeat(5) + "\"");
        Path file = Files.writeString(folder.resolve("payments.ndjson"), PAID.repeat(120) + unreadable);

        Ended ended = TestProgram.runIn(columns, "cost", "payments", "--events", file.toString());

        assertThat(ended.out()).startsWith("PARTIAL: ");
        assertThat(ended.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
    }

    private static List<String> rungs(Ended ended) {
        return ended.lines().stream()
                .filter(line -> line.matches(" +\\d  .*x"))
                .map(line -> line.replaceAll(".* (\\d+) +(\\d+) +([\\d.]+) +[\\d.]+x", "$1 $2 $3"))
                .toList();
    }

    @Test
    void printsJsonWithARowPerRung() throws IOException {
        JsonNode report = JSON.readTree(
                TestProgram.run("cost", "--format", "json", "--budget", "162").out());

        JsonNode fourth = report.get("ladder").get(3);
        assertThat(fourth.get("rung").asInt()).isEqualTo(4);
        assertThat(fourth.get("roundTrips").asInt()).isEqualTo(135);
        assertThat(fourth.get("statements").asInt()).isEqualTo(270);
        assertThat(fourth.get("units").asText()).isEqualTo("162.0");
        assertThat(fourth.get("timesCheaper").asText()).isEqualTo("44.75");
        assertThat(report.get("partial").asBoolean()).isFalse();
        assertThat(report.get("prices").get("perStatement").asText()).isEqualTo("0.1");
        assertThat(report.get("batchSizes")).hasSize(10);
        assertThat(report.get("freshness")).hasSize(8);
    }

    @Test
    void printsCsvAndMarkdown() {
        assertThat(TestProgram.run("cost", "--views", "100", "--format", "csv")
                        .lines()
                        .get(0))
                .startsWith("rung,name,roundTrips,statements,units,timesCheaper,givesUp");
        assertThat(TestProgram.run("cost", "--views", "100", "--format", "markdown")
                        .out())
                .startsWith("# What projection views-per-viewer costs")
                .contains("| ---: | --- | ---: |");
    }

    @Test
    void reckonsWithAnotherStreamAndAnotherPriceList() {
        Ended ended = TestProgram.run(
                "cost",
                "--views",
                "200",
                "--bookmarks",
                "7",
                "--live",
                "0",
                "--viewers",
                "2",
                "--order",
                "last",
                "--batch-size",
                "50",
                "--price",
                "statement=2,batch=3,per-statement=0.5");

        // Four batches of 50 and a last move of the checkpoint over the bookmarks.
        assertThat(rungs(ended).subList(0, 5))
                .containsExactly("407 407 814", "401 401 802", "5 205 116.0", "5 13 20.0", "5 9 18.0");
    }

    @Test
    void letsLiveEventsWait() {
        Ended ended = TestProgram.run("cost", "--flush-live", "within 1s", "--rate", "100", "--views", "100");

        assertThat(rungs(ended).get(3)).startsWith("101 ");
        assertThat(rungs(ended).get(4)).startsWith("2 ");
    }

    @Test
    void endsWithSixWhenTheStreamCostsMoreThanTheBudget() {
        assertThat(TestProgram.run("cost", "--budget", "162").exitCode()).isZero();

        Ended ended = TestProgram.run("cost", "--budget", "161.9");

        assertThat(ended.exitCode()).isEqualTo(6);
        assertThat(ended.err())
                .isEqualToIgnoringNewLines("millrace: it costs 162.0 units, 0.1 more than the budget of 161.9");
        assertThat(rungs(ended)).hasSize(8);
    }

    @Test
    void reckonsWithRowsOfAFileAndAProjectionOfTheExamples() throws IOException {
        Path file = Files.writeString(folder.resolve("flights.csv"), """
                origin,delay_min,distance_mi
                ORD,5,100
                JFK,-3,200
                ORD,7,100
                """);

        Ended ended = TestProgram.run(
                "cost",
                "airport-departures",
                "--events",
                file.toString(),
                "--type",
                "FlightDeparted",
                "--stream",
                "flight-{origin}",
                "--live",
                "1");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).contains("3 events of flights.csv, the last 1 of them live", "ORD -> 2/12/7/200");
        assertThat(rungs(ended).subList(0, 5)).containsExactly("6 6 6", "6 6 6", "2 5 2.5", "2 5 2.5", "2 4 2.4");
    }

    @Test
    void reckonsWithRecordedEvents() throws IOException {
        Path file = Files.writeString(folder.resolve("events.ndjson"), """
                {"type":"VideoViewed","stream":"viewer-1","data":{"viewerId":"1"},"created":"2026-01-31T12:00:00Z"}
                {"type":"BookmarkAdded","data":{}}
                {"type":"VideoViewed","data":{"viewerId":"1"}}
                """);

        Ended ended = TestProgram.run("cost", "views-per-viewer", "--events", file.toString());

        assertThat(rungs(ended).subList(0, 4)).containsExactly("5 5 5", "4 4 4", "1 3 1.3", "1 2 1.2");
    }

    @Test
    void marksAReportAsPartialWhereTheProjectionFailsHalfWay() throws IOException {
        List<String> lines = new ArrayList<>(IntStream.range(0, 150)
                .mapToObj(i -> "{\"type\":\"VideoViewed\",\"data\":{\"viewerId\":\"1\"}}")
                .toList());
        lines.add("{\"type\":\"VideoViewed\",\"data\":{}}");
        Path file = Files.write(folder.resolve("events.ndjson"), lines);

        Ended ended = TestProgram.run("cost", "views-per-viewer", "--events", file.toString());

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.out()).startsWith("PARTIAL: ").contains("It came to: viewer_views 1 -> 150");
        assertThat(ended.err()).contains("recorded#150").contains("the report tells of the part before it");
    }

    @Test
    void saysThatAProjectionIsNotPure() throws IOException {
        Ended ended =
                TestProgram.run("cost", "impure", "--events", payments(150).toString());

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .startsWith("millrace: expected the same rows of the same events: projection impure ended with other"
                        + " rows on rung 2 than on rung 1");
    }

    /** All come on the stream of lines that name none, which payments does not read. */
    @Test
    void refusesAStreamThatTheProjectionDoesNotRead() throws IOException {
        Path file = Files.writeString(folder.resolve("paid.ndjson"), PAID.replace("\"stream\":\"account-a\",", ""));

        Ended ended = TestProgram.run("cost", "payments", "--events", file.toString());

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err())
                .contains("expected events that projection payments handles, [Paid] in $all, streams starting with"
                        + " account-: 1 events of paid.ndjson has none");
    }

    @Test
    void pricesAdaptiveBatchesAsWhatTheyBeginWith() throws IOException {
        Ended ended = TestProgram.run(
                "cost",
                "payments",
                "--events",
                payments(1_500).toString(),
                "--config",
                configured("batch-size: adaptive"));

        assertThat(rungs(ended).get(4)).startsWith("2 ");
        assertThat(ended.out()).contains("priced at batches of 1,000");
    }

    @Test
    void letsTheBatchSizeOfTheCommandLineReplaceAdaptiveBatches() throws IOException {
        Ended ended = TestProgram.run(
                "cost",
                "payments",
                "--events",
                payments(1_500).toString(),
                "--config",
                configured("batch-size: adaptive"),
                "--batch-size",
                "500");

        assertThat(rungs(ended).get(4)).startsWith("3 ");
        assertThat(ended.out()).doesNotContain("adaptive");
    }

    @Test
    void cutsBatchesByTheConfiguredBytes() throws IOException {
        int bytes = "{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}".length();

        Ended ended = TestProgram.run(
                "cost",
                "payments",
                "--events",
                payments(100).toString(),
                "--config",
                configured("batch-bytes: " + 25 * bytes));

        assertThat(rungs(ended).get(4)).startsWith("4 ");
    }

    private static final String PAID =
            "{\"type\":\"Paid\",\"stream\":\"account-a\",\"data\":{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}}\n";

    private Path payments(int count) throws IOException {
        return Files.writeString(folder.resolve("payments.ndjson"), PAID.repeat(count));
    }

    private String configured(String setting) throws IOException {
        return Files.writeString(
                        folder.resolve("millrace.yaml"),
                        "eventstore: embedded\npostgres: embedded\nprojections:\n  payments:\n    " + setting + "\n")
                .toString();
    }

    @Test
    void reckonsWithBurstsOfAnotherSize() {
        Ended ended = TestProgram.run("cost", "--burst", "25");

        assertThat(rungs(ended).get(7)).isEqualTo("5 10 6.0");
        assertThat(ended.out()).contains("live events that come in bursts of 25 together");
    }

    @Test
    void reckonsWithWhatAStoreHolds() {
        try (TestServers servers = new TestServers()) {
            servers.append("viewer-1", "VideoViewed", "{\"viewerId\":\"1\"}", "{\"viewerId\":\"1\"}");
            servers.append("viewer-1", "BookmarkAdded", "{}");

            Ended ended = TestProgram.run("cost", "views-per-viewer", "--from", servers.eventStore.connectionString());

            assertThat(ended.err()).isEmpty();
            assertThat(ended.out()).contains("3 events of the event store");
            assertThat(rungs(ended).subList(0, 4)).containsExactly("5 5 5", "5 5 5", "1 3 1.3", "1 2 1.2");
        }
    }

    @Test
    void printsTheBillOfAProjectionThatHasRunOverAllItsRestarts() throws IOException {
        try (TestServers servers = new TestServers()) {
            String config = servers.configure(folder, "payments");
            assertThat(TestProgram.run("cost", "payments", "--config", config).err())
                    .contains("projection payments has flushed nothing in this database yet");
            String paid = "{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}";
            servers.append(
                    "account-a",
                    "Paid",
                    java.util.Collections.nCopies(350, paid).toArray(String[]::new));
            assertThat(TestProgram.run("replay", "payments", "--config", config).exitCode())
                    .isZero();
            servers.append("account-a", "Paid", paid);
            assertThat(TestProgram.run("replay", "payments", "--config", config).exitCode())
                    .isZero();

            Ended ended = TestProgram.run("cost", "payments", "--config", config, "--format", "json");

            assertThat(ended.exitCode()).as(ended.err()).isZero();
            JsonNode bill = JSON.readTree(ended.out()).get("bill");
            for (JsonNode period : bill) {
                assertThat(period.get("events").asInt()).isEqualTo(351);
                assertThat(period.get("batches").asInt()).isEqualTo(5);
            }
            assertThat(TestProgram.run("cost", "payments", "--config", config, "--budget", "1")
                            .exitCode())
                    .isEqualTo(6);
            assertThat(TestProgram.run("cost", "payments", "--config", config).out())
                    .contains("The bill", "size", "caught up", "The next cheaper setting: batch-size: 200");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--views -1 | expected 0 to 5000000 views: views=-1",
                "--views 99999999 | views=99999999",
                "--views many | 'many' is not an int",
                "--viewers 0 | viewers=0",
                "--batch-size 0 | batchSize=0",
                "--burst 0 | burst=0",
                "--rate 0 | rate=0",
                "--rate 1e99999999 | rate=1E+99999999",
                "--price statement=cheap | expected a price that is a number: statement=cheap",
                "--price statement=-1 | expected a price from 0",
                "--price batch=1e999999 | expected a price from 0",
                "--price lunch=1 | expected prices like",
                "--budget -1 | expected a budget of 0",
                "--flush-live often | expected `each`, or `within` and a duration",
                "--views 0 --bookmarks 0 --live 0 | expected a stream of at least one event",
                "--views 0 --live 0 | expected events that projection views-per-viewer handles",
                "--order sideways | --order",
                "--events nowhere.ndjson | expected the projection that reads the recorded stream",
                "views-per-viewer --events nowhere.ndjson | there is no such file: nowhere.ndjson",
                "views-per-viewer | expected --config FILE, for the bill of projection views-per-viewer",
                "views-per-viewer --events a --from b | expected one stream",
                "views-per-viewer --events a --views 3 | expected one stream",
                "no-such-projection --events a | unknown projection",
                "--config x.yaml | --config says how a projection is set: name the projection",
                "--type T | --type and --stream say what the rows",
            })
    void refusesBadInputInASentence(String arguments, String sentence) {
        Ended ended = TestProgram.run(("cost " + arguments).split(" "));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("millrace: ").contains(sentence);
    }

    @Test
    void refusesAWaitThatNobodyCanCount() {
        Ended ended = TestProgram.run("cost", "--flush-live", "within 3000000h");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).contains("expected a duration of at most 8760h: `3000000h`");
    }

    /** The bill tells what was counted; these say what would be. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--measure",
                "--runs=2",
                "--views=1",
                "--bookmarks=1",
                "--live=1",
                "--viewers=1",
                "--order=last",
                "--limit=1",
                "--rate=1",
                "--batch-size=1",
                "--flush-live=each",
                "--burst=1"
            })
    void refusesOptionsThatABillDoesNotHeed(String option) throws IOException {
        Ended ended = TestProgram.run("cost", "payments", "--config", configured("batch-size: 10"), option);

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err())
                .startsWith("millrace: " + option.replaceFirst("=.*", "")
                        + " is for a stream that is priced, and the bill of projection payments is what was counted");
    }

    @Test
    void refusesALineThatIsNoEvent() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.ndjson"), "{\"viewerId\":\"1\"}\n");

        assertThat(refused(file)).startsWith("millrace: bad.ndjson, line 1: expected an event");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Path file = Files.writeString(folder.resolve("events.ndjson"), "");

        assertThat(refused(file)).startsWith("millrace: events.ndjson, line 1: the file is empty");
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThat(refused(folder.resolve("nowhere.ndjson"))).startsWith("millrace: there is no such file: ");
    }

    @Test
    void refusesAFolder() throws IOException {
        Path file = Files.createDirectory(folder.resolve("events"));

        assertThat(refused(file)).startsWith("millrace: expected a file, and this is a folder: " + file);
    }

    /** As a copy that was interrupted leaves it. */
    @Test
    void refusesAGzipFileThatIsCut() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(PAID.repeat(1_000).getBytes(StandardCharsets.UTF_8));
        }
        Path file =
                Files.write(folder.resolve("events.ndjson.gz"), Arrays.copyOf(packed.toByteArray(), packed.size() / 2));

        assertThat(refused(file)).startsWith("millrace: " + file + " cannot be read: it was cut");
    }

    private static String refused(Path events) {
        Ended ended = TestProgram.run("cost", "payments", "--events", events.toString());

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        return ended.err();
    }
}
