package io.millrace.it.tapes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Answers in the short writing of the rules: what a caller can tell apart, and no positions, ids, or times. */
final class RuleAnswer {
    private RuleAnswer() {}

    /** The messages from the given one on, then the status where it is not OK. */
    static String of(Answer answer, int from) {
        List<String> words = new ArrayList<>();
        answer.responses().stream()
                .skip(from)
                .map(RuleAnswer::message)
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        if (!answer.statusCode().equals("OK")) {
            String exception = answer.trailers().get("exception");
            words.add(answer.statusCode() + (exception == null ? "" : ":" + exception));
        }
        return String.join(" ", words);
    }

    private static String message(JsonNode message) {
        String name = message.fieldNames().next();
        JsonNode content = message.path(name);
        return switch (name) {
            case "success" -> success(content);
            case "wrongExpectedVersion" ->
                "wrong:"
                        + (content.has("currentNoStream")
                                ? "none"
                                : content.path("currentRevision").asText());
            case "event" -> event(content);
            case "firstStreamPosition", "lastStreamPosition" ->
                name.replace("StreamPosition", "") + "=" + content.asText();
            case "streamNotFound" -> "notFound";
            case "checkpoint" -> "";
            case "position" -> "deleted";
            default -> name;
        };
    }

    private static String success(JsonNode success) {
        String revision = success.has("noStream")
                ? "none"
                : success.has("currentRevision")
                        ? success.path("currentRevision").asText()
                        : "0";
        return "at:" + revision + (success.has("noPosition") ? " noPosition" : "");
    }

    private static String event(JsonNode event) {
        String target = event.has("event") ? revision(event.path("event")) : "";
        return event.has("link") ? revision(event.path("link")) + ">" + target : target;
    }

    private static String revision(JsonNode recorded) {
        String revision = recorded.path("streamRevision").asText("0");
        return revision.equals(Long.toString(Long.MAX_VALUE)) ? "tombstone" : revision.isEmpty() ? "0" : revision;
    }
}
