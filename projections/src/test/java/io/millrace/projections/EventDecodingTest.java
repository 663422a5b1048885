package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.checkpoint.Position;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecodingTest {
    enum Colour {
        RED
    }

    record Numbers(int i, long l, double d, boolean b) {}

    record Texts(String s, Colour colour, UUID id) {}

    record Times(Instant instant, OffsetDateTime offset, LocalDate date, LocalDateTime dateTime, Duration duration) {}

    record Inner(String name) {}

    record Nested(Inner inner, List<Inner> list, Map<String, Inner> map) {}

    record Lenient(
            Optional<String> optional,
            OptionalInt optionalInt,
            @Nullable String typeUse,
            @Elsewhere.Nullable Long declaration,
            @Nullable Inner record) {}

    record Exact(BigDecimal number, Object any, JsonNode node, Map<String, Object> map) {}

    record Document(JsonNode node) {}

    record Positive(int number) {
        Positive {
            if (number <= 0) {
                throw new IllegalArgumentException("expected a positive number: number=" + number);
            }
        }
    }

    static final class Bean {
        public int number;
    }

    /** Another package's annotation of the same name, for declarations. */
    static final class Elsewhere {
        @Retention(RetentionPolicy.RUNTIME)
        @interface Nullable {}
    }

    @Test
    void decodesWhatFits() {
        assertThat(decode(
                        Numbers.class,
                        "{\"i\":-1,\"l\":9223372036854775807,\"d\":1,\"b\":true,\"unknown\":{\"x\":[1]}}"))
                .isEqualTo(new Numbers(-1, Long.MAX_VALUE, 1.0, true));
        assertThat(decode(
                        Texts.class, "{\"s\":\"\",\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}"))
                .isEqualTo(new Texts("", Colour.RED, new UUID(0, 1)));
        assertThat(decode(
                        Nested.class,
                        "{\"inner\":{\"name\":\"a\"},\"list\":[{\"name\":\"b\"}],\"map\":{\"k\":{\"name\":\"c\"}}}"))
                .isEqualTo(new Nested(new Inner("a"), List.of(new Inner("b")), Map.of("k", new Inner("c"))));
    }

    @Test
    void decodesTimesFromText() {
        assertThat(decode(
                        Times.class,
                        "{\"instant\":\"2001-01-01T00:01:00.123456789Z\",\"offset\":\"2001-01-01T00:01:00+02:00\","
                                + "\"date\":\"2001-01-01\",\"dateTime\":\"2001-01-01T00:01\",\"duration\":\"PT1M\"}"))
                .isEqualTo(new Times(
                        Instant.parse("2001-01-01T00:01:00.123456789Z"),
                        OffsetDateTime.parse("2001-01-01T00:01:00+02:00"),
                        LocalDate.of(2001, 1, 1),
                        LocalDateTime.of(2001, 1, 1, 0, 1),
                        Duration.ofMinutes(1)));
    }

    @Test
    void leavesOutWhatMayBeMissing() {
        Lenient nothing = new Lenient(Optional.empty(), OptionalInt.empty(), null, null, null);
        assertThat(decode(Lenient.class, "{}")).isEqualTo(nothing);
        assertThat(
                        decode(
                                Lenient.class,
                                "{\"optional\":null,\"optionalInt\":null,\"typeUse\":null,\"declaration\":null,\"record\":null}"))
                .isEqualTo(nothing);
    }

    @Test
    void keepsDecimalsExact() {
        Exact exact = decode(
                Exact.class,
                "{\"number\":0.10000000000000000000000000001,\"any\":1.10,\"node\":{\"n\":100.00},\"map\":{\"m\":1e-30}}");
        assertThat(exact.number()).isEqualTo(new BigDecimal("0.10000000000000000000000000001"));
        assertThat(exact.any()).isEqualTo(new BigDecimal("1.10"));
        assertThat(exact.node().get("n").decimalValue()).isEqualTo(new BigDecimal("100.00"));
        assertThat(exact.map()).isEqualTo(Map.of("m", new BigDecimal("1e-30")));
    }

    @Test
    void takesNodesMapsAndBytes() {
        assertThat(decode(JsonNode.class, "{\"a\":1.50}").get("a").decimalValue())
                .isEqualTo(new BigDecimal("1.50"));
        assertThat(decode(JsonNode.class, "null").isNull()).isTrue();
        assertThat(decode(Document.class, "{\"node\":null}").node().isNull()).isTrue();
        assertThat((Object) decode(Map.class, "{\"a\":[1.0]}")).isEqualTo(Map.of("a", List.of(new BigDecimal("1.0"))));
        assertThat(decode(byte[].class, "no JSON")).isEqualTo("no JSON".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":null,\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":\"12\",\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":\"\",\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":1.5,\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":1.0,\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":true,\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":[1],\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":2147483648,\"l\":1,\"d\":1,\"b\":true}",
                "{\"i\":1,\"l\":9223372036854775808,\"d\":1,\"b\":true}",
                "{\"i\":1,\"l\":1,\"d\":\"1.5\",\"b\":true}",
                "{\"i\":1,\"l\":1,\"d\":\"NaN\",\"b\":true}",
                "{\"i\":1,\"l\":1,\"d\":1e999,\"b\":true}",
                "{\"i\":1,\"l\":1,\"b\":true}",
                "{\"i\":1,\"l\":1,\"d\":1,\"b\":1}",
                "{\"i\":1,\"l\":1,\"d\":1,\"b\":\"true\"}",
                "{\"i\":1,\"l\":1,\"d\":1}",
                "{\"i\":1,\"l\":1,\"d\":1,\"b\":true} {}",
                "{\"i\":1,\"l\":1,\"d\":1,\"b\":true",
                "[]",
                "[1,1,1,true]",
                "null",
                "\"\"",
                "1",
                "",
                "not JSON"
            })
    void refusesNumbersThatDoNotFit(String data) {
        assertRefused(Numbers.class, data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":null,\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":1,\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":1.5,\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":true,\"colour\":\"RED\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":\"\",\"colour\":0,\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":\"\",\"colour\":\"\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":\"\",\"colour\":\"GREEN\",\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"s\":\"\",\"colour\":\"RED\",\"id\":\"\"}",
                "{\"s\":\"\",\"colour\":\"RED\",\"id\":\"1\"}"
            })
    void refusesTextsThatDoNotFit(String data) {
        assertRefused(Texts.class, data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"inner\":{},\"list\":[],\"map\":{}}",
                "{\"inner\":\"\",\"list\":[],\"map\":{}}",
                "{\"inner\":{\"name\":\"a\"},\"list\":[{\"name\":null}],\"map\":{}}",
                "{\"inner\":{\"name\":\"a\"},\"list\":{\"name\":\"b\"},\"map\":{}}",
                "{\"inner\":{\"name\":\"a\"},\"list\":\"\",\"map\":{}}",
                "{\"inner\":{\"name\":\"a\"},\"list\":[],\"map\":{\"k\":{}}}"
            })
    void looksIntoNestedRecords(String data) {
        assertRefused(Nested.class, data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"optionalInt\":\"1\"}",
                "{\"optionalInt\":\"\"}",
                "{\"declaration\":\"\"}",
                "{\"declaration\":1.5}",
                "{\"record\":\"\"}",
                "{\"record\":{}}"
            })
    void takesNoEmptyTextForNull(String data) {
        assertRefused(Lenient.class, data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"instant\":1000000000000",
                "\"instant\":\"\"",
                "\"instant\":\"2001-01-01\"",
                "\"date\":11323",
                "\"date\":\"2001-02-30\"",
                "\"date\":\"\"",
                "\"duration\":60",
                "\"dateTime\":\"\""
            })
    void guessesNoTimes(String member) {
        String name = member.substring(1, member.indexOf('"', 1));
        String others = "\"instant\":\"2001-01-01T00:01:00Z\",\"offset\":\"2001-01-01T00:01:00+02:00\","
                + "\"date\":\"2001-01-01\",\"dateTime\":\"2001-01-01T00:01\",\"duration\":\"PT1M\"";
        String data = "{" + others.replaceAll("\"" + name + "\":\"[^\"]*\"", member) + "}";
        EventFailedException refused = assertRefused(Times.class, data);
        assertThat(refused).hasMessageContaining("field " + name);
    }

    @Test
    void namesEventAndFieldAndWhatToDo() {
        EventFailedException refused = assertRefused(Nested.class, "{\"inner\":{\"name\":7},\"list\":[],\"map\":{}}");
        assertThat(refused)
                .hasMessageStartingWith("projection p: event Happened video-1#3 at 12/12: its data does not fit Nested:"
                        + " field inner.name: ")
                .hasMessageEndingWith("Mend Nested (what may be missing or null is an Optional or @Nullable), or handle"
                        + " such events as JsonNode");
        assertThat(refused.projection()).isEqualTo("p");
        assertThat(refused.type()).isEqualTo("Happened");
        assertThat(refused.stream()).isEqualTo("video-1");
        assertThat(refused.revision()).isEqualTo(3);
        assertThat(refused.position()).isEqualTo(Position.inLog(12, 12));
    }

    @Test
    void namesTheFieldThatIsMissing() {
        assertThat(assertRefused(Numbers.class, "{\"i\":1,\"l\":1,\"d\":1}")).hasMessageContaining("'b'");
        assertThat(assertRefused(Nested.class, "{\"inner\":{\"name\":\"a\"},\"list\":[{}],\"map\":{}}"))
                .hasMessageContaining("field list[0]")
                .hasMessageContaining("'name'");
    }

    @Test
    void tellsWhatARecordRefused() {
        assertThat(assertRefused(Positive.class, "{\"number\":0}"))
                .hasMessageContaining("expected a positive number: number=0");
    }

    @Test
    void cutsLongValuesOutOfItsMessages() {
        EventFailedException refused = assertRefused(Positive.class, "{\"number\":\"" + "x".repeat(1_000_000) + "\"}");
        assertThat(refused.getMessage()).hasSizeLessThan(1_000);
    }

    @Test
    void decodesSixteenMebibytes() {
        String text = "x".repeat(16 * 1024 * 1024 - 20);
        assertThat(decode(Inner.class, "{\"name\":\"" + text + "\"}").name()).hasSize(text.length());
        assertThat(decode(Map.class, "{\"" + text + "\":1}").size()).isEqualTo(1);
        String digits = "7".repeat(20_000);
        assertThat(decode(JsonNode.class, "{\"n\":" + digits + ".5}").get("n").decimalValue())
                .isEqualTo(new BigDecimal(digits + ".5"));
    }

    @ParameterizedTest
    @ValueSource(classes = {JsonNode.class, Map.class, Inner.class, Nested.class})
    void refusesBottomlessNesting(Class<?> eventClass) {
        int depth = 100_000;
        EventFailedException refused =
                assertRefused(eventClass, "{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
        assertThat(refused).hasMessageContaining("nesting depth");
    }

    @Test
    void takesNoFieldOfARecordThatComesAgainOnceTheRecordIsWhole() {
        assertThat(assertRefused(Inner.class, "{\"name\":\"a\",\"name\":\"b\"}"))
                .hasMessageContaining("field name");
    }

    @Test
    void ofARepeatedMemberOfADocumentTheLastCounts() {
        assertThat(decode(JsonNode.class, "{\"name\":1,\"name\":2}").get("name").intValue())
                .isEqualTo(2);
    }

    @Test
    void refusesClassesWhoseFieldsCannotBeTold() {
        assertThatThrownBy(() -> EventDecoder.of("p", Bean.class))
                .isInstanceOf(InvalidProjectionException.class)
                .hasMessageContaining("projection p: expected a record")
                .hasMessageContaining("Bean");
    }

    private static <E> E decode(Class<E> eventClass, String data) {
        return EventDecoder.of("p", eventClass).decode(ProjectionTest.event("Happened", data));
    }

    private static EventFailedException assertRefused(Class<?> eventClass, String data) {
        EventFailedException refused = catchThrowableOfType(EventFailedException.class, () -> decode(eventClass, data));
        assertThat(refused)
                .as(data.length() > 200 ? data.substring(0, 200) : data)
                .isNotNull();
        return refused;
    }
}
