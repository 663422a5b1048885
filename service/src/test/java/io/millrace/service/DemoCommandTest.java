package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.service.TestProgram.Ended;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoCommandTest {
    private static JsonNode summary(Ended ended, int fromTheEnd) throws IOException {
        List<String> lines = ended.lines();
        return new JsonMapper().readTree(lines.get(lines.size() - fromTheEnd));
    }

    @Test
    void costsExactlyWhatTheReferenceStreamCosts() throws IOException {
        Ended ended = TestProgram.run("demo", "--once", "--format", "json");

        assertThat(ended.exitCode()).as(ended.err()).isZero();
        JsonNode views = summary(ended, 2);
        assertThat(views.get("projection").asText()).isEqualTo("views-per-viewer");
        assertThat(views.get("handled").asLong()).isEqualTo(3_600);
        assertThat(views.get("batches").asLong()).isEqualTo(135);
        assertThat(views.get("statements").asLong()).isEqualTo(270);
        assertThat(views.get("roundTrips").asLong()).isEqualTo(135);
        assertThat(views.get("units").decimalValue()).isEqualByComparingTo("162.0");
        JsonNode airports = summary(ended, 1);
        assertThat(airports.get("projection").asText()).isEqualTo("airport-departures");
        assertThat(airports.get("handled").asLong()).isEqualTo(20_000);
        assertThat(airports.get("batches").asLong()).isEqualTo(200);
    }

    @Test
    void showsTheTablesFollowsAndEndsWhenStopped() {
        TestProgram demo = TestProgram.start("demo");
        TestProgram.await(() -> demo.out().contains("Ctrl-C ends"), demo::err);

        Ended ended = demo.stop();

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).contains("viewer_views", "3,500", "airport_departures", "ORD", "162.0", "psql '");
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 100);
    }
}
