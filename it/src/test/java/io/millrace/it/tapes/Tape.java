package io.millrace.it.tapes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/** One recording: calls, in order, and what a real server answered. */
record Tape(String name, List<Step> steps) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One call of a recording, as it is written there. */
    record Step(JsonNode json) {
        String call() {
            return json.path("call").asText();
        }

        String note() {
            return json.path("note").asText();
        }

        JsonNode request() {
            return json.path("request");
        }

        List<JsonNode> events() {
            return list(json.path("events"));
        }

        List<Step> inner() {
            return list(json.path("inner")).stream().map(Step::new).toList();
        }

        List<JsonNode> responses() {
            return list(json.path("responses"));
        }

        boolean hasMoreResponses() {
            return json.has("moreResponses");
        }

        /** {@code OK}, {@code OPEN} or a status code, without its text. */
        String statusCode() {
            return json.path("status").asText().split(":", 2)[0];
        }

        JsonNode trailers() {
            return json.path("trailers");
        }

        long quietMs() {
            return json.path("quietMs").asLong();
        }

        int messagesBeforeInner() {
            return json.path("messagesBeforeInner").asInt();
        }

        long sleepMs() {
            return json.path("ms").asLong();
        }

        /** Sleeping and asking for features is not counted. */
        boolean isCounted() {
            return !call().equals("sleep") && !call().equals("features");
        }
    }

    /** The recordings in a folder, in the order of their names. */
    static List<Tape> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json.gz"))
                    .sorted()
                    .map(Tape::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("a folder of recordings was expected: " + folder, e);
        }
    }

    private static Tape read(Path file) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            JsonNode json = JSON.readTree(in);
            return new Tape(
                    json.path("tape").asText(),
                    list(json.path("steps")).stream().map(Step::new).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("a recording was expected: " + file, e);
        }
    }

    /** Ids of all events that the tape appends: by them its own events are told from the server's. */
    Set<String> appendedIds() {
        Set<String> ids = new TreeSet<>();
        steps.forEach(step -> addIds(step, ids));
        return ids;
    }

    private static void addIds(Step step, Set<String> ids) {
        step.events().forEach(event -> EventId.of(event.path("id")).ifPresent(ids::add));
        step.inner().forEach(inner -> addIds(inner, ids));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** Event ids in protobuf JSON, structured or not, as the text of a UUID. */
    static final class EventId {
        private EventId() {}

        static Optional<String> of(JsonNode id) {
            if (id.has("string")) {
                return Optional.of(id.path("string").asText());
            }
            JsonNode structured = id.path("structured");
            return structured.isMissingNode()
                    ? Optional.empty()
                    : Optional.of(new java.util.UUID(
                                    structured.path("mostSignificantBits").asLong(),
                                    structured.path("leastSignificantBits").asLong())
                            .toString());
        }
    }
}
