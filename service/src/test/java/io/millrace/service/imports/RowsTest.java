package io.millrace.service.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTest {
    private static List<Row> rows(byte[] file, ColumnTyping typing) throws IOException {
        List<Row> read = new ArrayList<>();
        try (InputFile input = InputFile.of(new ByteArrayInputStream(file));
                Rows rows = input.rows(',', typing)) {
            for (Optional<Row> row = rows.next(); row.isPresent(); row = rows.next()) {
                read.add(row.get());
            }
        }
        return read;
    }

    private static List<Row> rows(String file) throws IOException {
        return rows(file.getBytes(StandardCharsets.UTF_8), ColumnTyping.BY_LOOK);
    }

    private static List<String> json(String file, ColumnTyping typing) throws IOException {
        return rows(file.getBytes(StandardCharsets.UTF_8), typing).stream()
                .map(Row::json)
                .toList();
    }

    @Test
    void makesAnObjectOfEachCsvRow() throws IOException {
        assertThat(json("who,count\n\"Ann, \"\"the\"\" 1st\",-13\n", ColumnTyping.BY_LOOK))
                .containsExactly("{\"who\":\"Ann, \\\"the\\\" 1st\",\"count\":-13}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "-13", "0.5", "12.50", "123456789012345678", "-0.1"})
    void takesPlainNumbersForNumbers(String field) throws IOException {
        assertThat(json("x\n" + field + "\n", ColumnTyping.BY_LOOK)).containsExactly("{\"x\":" + field + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"02134", "+1", "1e5", "-0", "1.", ".5", "1234567890123456789", "--1", "-", "NaN", "true"})
    void takesAnythingElseForText(String field) throws IOException {
        assertThat(json("x\n" + field + "\n", ColumnTyping.BY_LOOK)).containsExactly("{\"x\":\"" + field + "\"}");
    }

    @Test
    void obeysWhatIsSaidAboutAColumn() throws IOException {
        ColumnTyping typing = new ColumnTyping(Set.of("zip"), Set.of("amount"));

        assertThat(json("zip,amount,rest\n90210,+1.50,\n,,7\n", typing))
                .containsExactly(
                        "{\"zip\":\"90210\",\"amount\":1.50,\"rest\":null}",
                        "{\"zip\":\"\",\"amount\":null,\"rest\":7}");
    }

    @Test
    void refusesTextInAColumnOfNumbers() {
        assertThatThrownBy(() -> json("amount\n1\nlots\n", new ColumnTyping(Set.of(), Set.of("amount"))))
                .isInstanceOf(BadLineException.class)
                .hasMessage("line 3: `amount` must be a number: amount=lots");
    }

    @Test
    void takesNdjsonAsItIsWritten() throws IOException {
        List<Row> rows = rows("{\"a\": 1.10,\"b\":\"x\"}\r\n\n  {\"a\":2}  \n");

        assertThat(rows).extracting(Row::json).containsExactly("{\"a\": 1.10,\"b\":\"x\"}", "{\"a\":2}");
        assertThat(rows).extracting(Row::number).containsExactly(1L, 2L);
        assertThat(rows).extracting(Row::line).containsExactly(1L, 3L);
    }

    @Test
    void unpacksGzipByItsFirstBytesAndPassesOverAByteOrderMark() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("\uFEFFx\n1\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(rows(packed.toByteArray(), ColumnTyping.BY_LOOK))
                .extracting(Row::json)
                .containsExactly("{\"x\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b\n1,2\n3\n",
                "a,b\n1,2\n3,4,5\n",
                "a,b\n1,2\n\"open,4\n",
                "{\"a\":1}\n{\"a\":2}\n{\"a\":\n",
                "{\"a\":1}\n{\"a\":2}\n[3]\n",
                "{\"a\":1}\n{\"a\":2}\n{\"a\":3,\"a\":4}\n",
                "{\"a\":1}\n{\"a\":2}\n{\"a\":3} x\n"
            })
    void namesTheLineThatIsMalformed(String file) {
        assertThatThrownBy(() -> rows(file))
                .isInstanceOfSatisfying(
                        BadLineException.class, e -> assertThat(e.line()).isEqualTo(3));
    }

    @Test
    void namesTheLineThatIsNotUtf8() {
        byte[] file = "who\nAnn\nJos\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> rows(file, ColumnTyping.BY_LOOK)).hasMessage("line 3: `who` is not UTF-8");
    }

    @Test
    void countsLinesWithinQuotes() {
        assertThatThrownBy(() -> rows("a,b\n\"1\n1\",2\n3\n"))
                .isInstanceOf(BadLineException.class)
                .hasMessageStartingWith("line 4: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,a\n1,2\n"})
    void needsAHeaderOfDifferentNames(String file) {
        assertThatThrownBy(() -> rows(file))
                .isInstanceOf(BadLineException.class)
                .hasMessageStartingWith("line 1: ");
    }

    @Test
    void knowsAnImportAgainByItsBeginningAndWhatIsMadeOfIt() throws IOException {
        String flights = fingerprint("a,b\n1,2\n3,4\n", "T", "s-{a}");

        assertThat(fingerprint("a,b\r\n1,2\r\n5,6\r\n", "T", "s-{a}")).isNotEqualTo(flights);
        assertThat(fingerprint("a,b\n1,2\nmended\n9,9\n", "T", "s-{a}")).isEqualTo(flights);
        assertThat(fingerprint("a,b\n7,2\n3,4\n", "T", "s-{a}")).isNotEqualTo(flights);
        assertThat(fingerprint("a,b\n1,2\n3,4\n", "T2", "s-{a}")).isNotEqualTo(flights);
        assertThat(fingerprint("a,b\n1,2\n3,4\n", "T", "s-{b}")).isNotEqualTo(flights);
    }

    private static String fingerprint(String file, String type, String stream) throws IOException {
        try (InputFile input = InputFile.of(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)))) {
            return input.fingerprint(type, stream);
        }
    }
}
