package io.millrace.it.tapes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares an answer with a recorded one, by the rules of the recordings' README. */
final class Comparison {
    private static final Set<String> MASKED =
            Set.of("position", "commitPosition", "preparePosition", "created", "subscriptionId", "structured");
    private static final Set<String> TRAILERS_NOT_COMPARED =
            Set.of("date", "server", "content-length", "content-type", "leader-endpoint-host", "leader-endpoint-port");

    private final Set<String> appendedIds;

    Comparison(Set<String> appendedIds) {
        this.appendedIds = appendedIds;
    }

    /** What differs; empty where the answer is as recorded. */
    List<String> differences(Tape.Step step, Answer answer) {
        List<String> found = new ArrayList<>();
        compare("status", step.statusCode(), answer.statusCode(), found);
        compare("trailers", trailers(step.trailers()), trailers(answer.trailers()), found);
        if (step.call().equals("gossip") || step.call().equals("features")) {
            return found;
        }
        List<JsonNode> recorded = step.responses();
        List<JsonNode> actual = answer.responses();
        JsonNode all = step.request().path("all");
        if (all.isMissingNode() || step.request().has("filter")) {
            compareMessages(recorded, actual, step.hasMoreResponses(), found);
        } else if (all.has("position")) {
            compareMessages(appendedOnly(recorded), appendedOnly(actual), true, found);
        }
        return found;
    }

    private void compareMessages(
            List<JsonNode> recorded, List<JsonNode> actual, boolean asFarAsBothGo, List<String> found) {
        compare("has checkpoints", hasCheckpoints(recorded), hasCheckpoints(actual), found);
        List<JsonNode> expected = masked(recorded);
        List<JsonNode> got = masked(actual);
        int common = Math.min(expected.size(), got.size());
        for (int i = 0; i < common; i++) {
            if (!expected.get(i).equals(got.get(i))) {
                compare("message " + i, expected.get(i), got.get(i), found);
                return;
            }
        }
        if (!asFarAsBothGo) {
            compare("number of messages", expected.size(), got.size(), found);
            if (expected.size() != got.size()) {
                found.add("  first beyond: "
                        + (expected.size() > common ? "missing " + expected.get(common) : "extra " + got.get(common)));
            }
        }
    }

    private static boolean hasCheckpoints(List<JsonNode> messages) {
        return messages.stream().anyMatch(message -> message.has("checkpoint"));
    }

    private List<JsonNode> appendedOnly(List<JsonNode> messages) {
        return messages.stream()
                .filter(message -> isAppended(message.path("event").path("event")))
                .toList();
    }

    private boolean isAppended(JsonNode recordedEvent) {
        return Tape.EventId.of(recordedEvent.path("id"))
                .filter(appendedIds::contains)
                .isPresent();
    }

    private List<JsonNode> masked(List<JsonNode> messages) {
        return messages.stream()
                .filter(message -> !message.has("checkpoint"))
                .map(message -> {
                    JsonNode copy = message.deepCopy();
                    mask(copy);
                    return copy;
                })
                .toList();
    }

    private void mask(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.has("streamIdentifier") && object.has("id") && !isAppended(object)) {
                object.put("id", "*");
                object.remove("customMetadata");
            }
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (MASKED.contains(name)) {
                    object.put(name, "*");
                }
            }
        }
        node.forEach(this::mask);
    }

    private static Map<String, String> trailers(JsonNode recorded) {
        Map<String, String> map = new TreeMap<>();
        recorded.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return trailers(map);
    }

    private static Map<String, String> trailers(Map<String, String> all) {
        Map<String, String> compared = new TreeMap<>(all);
        compared.keySet().removeAll(TRAILERS_NOT_COMPARED);
        return compared;
    }

    private static void compare(String what, Object recorded, Object actual, List<String> found) {
        if (!recorded.equals(actual)) {
            found.add(what + ": recorded " + recorded + ", got " + actual);
        }
    }
}
