package io.millrace.it.tapes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call in the short writing of the rules, as the request that it stands for.
 *
 * @param name of the call, as in a recording
 * @param request protobuf JSON of its options
 * @param events protobuf JSON of what an append proposes
 */
record RuleCall(String name, ObjectNode request, List<JsonNode> events) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EVENT = Pattern.compile("(!)?(\\w)(?::([^=]*))?(?:=([^~]*)(?:~(.*))?)?");

    /** Reads {@code call stream expected-or-options…}; {@code resolve} turns symbolic positions into numbers. */
    static RuleCall parse(String text, UnaryOperator<String> resolve) {
        List<String> words = new ArrayList<>(List.of(text.split(" ")));
        String call = words.remove(0);
        return switch (call) {
            case "append" -> append(words);
            case "delete", "tombstone" -> delete(call, words);
            case "read", "subscribe", "readAll", "subscribeAll" -> read(call, words, resolve);
            default -> throw new IllegalArgumentException("a call of the rules was expected: " + text);
        };
    }

    private static ObjectNode stream(String name) {
        ObjectNode identifier = JSON.createObjectNode();
        identifier.put("streamName", base64(name.equals("-") ? "" : name));
        return identifier;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode expecting(List<String> words) {
        ObjectNode options = JSON.createObjectNode();
        String stream = words.remove(0);
        options.set("streamIdentifier", stream(stream));
        String expected = words.remove(0);
        switch (expected) {
            case "any", "noStream", "streamExists" -> options.putObject(expected);
            case "?" -> {}
            default -> options.put("revision", expected);
        }
        return options;
    }

    private static RuleCall append(List<String> words) {
        String stream = words.get(0);
        ObjectNode options = expecting(words);
        List<JsonNode> events = new ArrayList<>();
        words.forEach(word -> events.add(event(word, stream)));
        return new RuleCall("append", options, events);
    }

    /** {@code !a:Type=data~metadata}: octets, id, type, data, metadata; all but the id may be left out. Ids are the same in all streams. */
    private static JsonNode event(String word, String stream) {
        Matcher parts = EVENT.matcher(word);
        if (!parts.matches()) {
            throw new IllegalArgumentException("an event was expected: " + word);
        }
        String run = stream.replaceAll("[^0-9]", "");
        UUID id = UUID.nameUUIDFromBytes((run + parts.group(2)).getBytes(StandardCharsets.UTF_8));
        String type = parts.group(3);
        String data = parts.group(4);
        ObjectNode event = JSON.createObjectNode();
        event.putObject("id").put("string", id.toString().toUpperCase(Locale.ROOT));
        event.putObject("metadata")
                .put("type", type == null ? "A" : type)
                .put("content-type", parts.group(1) == null ? "application/json" : "application/octet-stream");
        String metadata = parts.group(5);
        event.put("customMetadata", base64(metadata == null ? "" : metadata));
        return event.put("data", base64(data == null ? "{}" : data));
    }

    private static RuleCall delete(String call, List<String> words) {
        ObjectNode request = JSON.createObjectNode();
        request.set("options", expecting(words));
        return new RuleCall(call, request, List.of());
    }

    private static RuleCall read(String call, List<String> words, UnaryOperator<String> resolve) {
        ObjectNode request = JSON.createObjectNode();
        boolean ofAll = call.endsWith("All");
        ObjectNode from = request.putObject(ofAll ? "all" : "stream");
        if (!ofAll) {
            from.set("streamIdentifier", stream(words.remove(0)));
        }
        boolean subscribes = call.startsWith("subscribe");
        request.putObject(subscribes ? "subscription" : "noFilter");
        request.putObject("noFilter");
        request.putObject("uuidOption").putObject("string");
        request.putObject("controlOption").put("compatibility", 1);
        if (!subscribes) {
            request.put("count", "1000");
        }
        words.forEach(word -> option(request, from, word, resolve));
        return new RuleCall(subscribes ? "subscribe" : "read", request, List.of());
    }

    private static void option(ObjectNode request, ObjectNode from, String word, UnaryOperator<String> resolve) {
        String[] nameAndValue = word.split("=", 2);
        switch (nameAndValue[0]) {
            case "start", "end" -> from.putObject(word);
            case "from" -> from.put("revision", nameAndValue[1]);
            case "at" -> {
                String[] commitAndPrepare = nameAndValue[1].split("/", 2);
                from.putObject("position")
                        .put("commitPosition", resolve.apply(commitAndPrepare[0]))
                        .put("preparePosition", resolve.apply(commitAndPrepare[commitAndPrepare.length - 1]));
            }
            case "back" -> request.put("readDirection", "Backwards");
            case "count" -> request.put("count", nameAndValue[1]);
            case "links" -> request.put("resolveLinks", true);
            case "without" -> request.remove(nameAndValue[1]);
            case "filter" -> {
                request.remove("noFilter");
                request.set("filter", json(nameAndValue[1]));
            }
            default -> throw new IllegalArgumentException("an option of the rules was expected: " + word);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("JSON was expected: " + text, e);
        }
    }
}
