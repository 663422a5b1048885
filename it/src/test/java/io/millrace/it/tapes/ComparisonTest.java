package io.millrace.it.tapes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READ =
            "{'call':'read','request':{'stream':{}},'status':'OK','trailers':{},'responses':[%s]}";
    private static final String FILTERED =
            "{'call':'subscribe','request':{'all':{},'filter':{}},'status':'OPEN','trailers':{},'responses':[%s]}";
    private static final String OURS =
            "{'event':{'event':{'id':{'string':'ours'},'streamIdentifier':{}," + "'data':'%s','commitPosition':'%d'}}}";
    private static final String THEIRS = "{'event':{'event':{'id':{'string':'%s'},'streamIdentifier':{},"
            + "'customMetadata':'%1$s','data':'e30='}}}";

    private final Comparison comparison = new Comparison(Set.of("ours"));

    @Test
    void findsOtherDataButNotOtherPositions() {
        Tape.Step step = step(READ.formatted(OURS.formatted("e30=", 100)));
        assertThat(comparison.differences(step, answer("OK", OURS.formatted("e30=", 7))))
                .isEmpty();
        assertThat(comparison.differences(step, answer("OK", OURS.formatted("WA==", 100))))
                .hasSize(1);
    }

    @Test
    void findsMissingAndExtraMessages() {
        String event = OURS.formatted("e30=", 100);
        Tape.Step step = step(READ.formatted(event));
        assertThat(comparison.differences(step, answer("OK"))).isNotEmpty();
        assertThat(comparison.differences(step, answer("OK", event, event))).isNotEmpty();
    }

    @Test
    void masksIdsAndMetadataOfTheServersOwnEvents() {
        Tape.Step step = step(READ.formatted(THEIRS.formatted("one")));
        assertThat(comparison.differences(step, answer("OK", THEIRS.formatted("other"))))
                .isEmpty();
    }

    @Test
    void findsAnotherStatusAndOtherTrailers() {
        Tape.Step step = step(READ.formatted(""));
        assertThat(comparison.differences(step, answer("UNKNOWN"))).hasSize(1);
        assertThat(comparison.differences(step, new Answer(List.of(), "OK", Map.of("exception", "not-leader"))))
                .hasSize(1);
        assertThat(comparison.differences(step, new Answer(List.of(), "OK", Map.of("date", "today"))))
                .isEmpty();
    }

    @Test
    void comparesOnlyWhetherThereWereCheckpoints() {
        String checkpoint = "{'checkpoint':{'commitPosition':'5'}}";
        Tape.Step step = step(FILTERED.formatted(checkpoint));
        assertThat(comparison.differences(step, answer("OPEN", checkpoint, checkpoint)))
                .isEmpty();
        assertThat(comparison.differences(step, answer("OPEN"))).hasSize(1);
    }

    private static Tape.Step step(String json) {
        return new Tape.Step(json(json));
    }

    private static Answer answer(String status, String... messages) {
        return new Answer(List.of(messages).stream().map(ComparisonTest::json).toList(), status, Map.of());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
