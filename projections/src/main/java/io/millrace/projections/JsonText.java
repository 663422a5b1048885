package io.millrace.projections;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.math.BigDecimal;
import java.util.TreeMap;

/** Reads and writes JSON documents as jsonb would: numbers exact, nothing that jsonb cannot hold. */
final class JsonText {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** PostgreSQL's own limit is its stack, some thousands of levels; Jackson's is this one. */
    static final int MAX_DEPTH = StreamReadConstraints.DEFAULT_MAX_DEPTH;

    /** Merging goes deeper by calls within the database, each of which takes much of a stack of 2 MB. */
    static final int MAX_PATCH_DEPTH = 100;

    /** A patch is written with two levels for each of its own, around the documents that it sets. */
    private static final int MAX_WRITTEN_DEPTH = MAX_DEPTH + 3 * MAX_PATCH_DEPTH;

    /** No surprise within the 16 MiB that an event can have: only the depth is limited. */
    static JsonFactory newFactory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxNumberLength(Sums.MAX_INTEGER_DIGITS + Sums.MAX_SCALE + 16)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(MAX_WRITTEN_DEPTH)
                        .build())
                .build();
    }

    private static final JsonMapper MAPPER = JsonMapper.builder(newFactory())
            .addModules(new JavaTimeModule(), new Jdk8Module())
            .nodeFactory(NODES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    private JsonText() {}

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected JSON text: " + e.getOriginalMessage(), e);
        }
    }

    /** A map, a record, a list: whatever Jackson can write. */
    static JsonNode fromObject(Object value) {
        try {
            return MAPPER.valueToTree(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a value that Jackson can write as JSON: class="
                            + value.getClass().getName(),
                    e);
        }
    }

    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("expected a document that can be written", e);
        }
    }

    static JsonNode canonical(JsonNode node) {
        return canonical(node, 1);
    }

    private static JsonNode canonical(JsonNode node, int depth) {
        if (depth > MAX_WRITTEN_DEPTH) {
            throw new IllegalArgumentException("expected JSON of at most " + MAX_DEPTH + " levels");
        }
        return switch (node.getNodeType()) {
            case OBJECT -> object(node, depth);
            case ARRAY -> array(node, depth);
            case STRING -> NODES.textNode(Text.requireStorable(node.textValue()));
            case NUMBER -> node.isIntegralNumber() ? integral(node) : NODES.numberNode(decimal(node));
            case BOOLEAN, NULL -> node;
            case BINARY -> NODES.textNode(node.asText());
            case MISSING -> throw new IllegalArgumentException("expected a JSON document, and there is none: \"\"");
            case POJO -> throw new IllegalArgumentException("expected plain JSON, without Java objects in it");
        };
    }

    private static ObjectNode object(JsonNode node, int depth) {
        TreeMap<String, JsonNode> members = new TreeMap<>();
        node.properties()
                .forEach(member ->
                        members.put(Text.requireStorable(member.getKey()), canonical(member.getValue(), depth + 1)));
        return NODES.objectNode().setAll(members);
    }

    private static ArrayNode array(JsonNode node, int depth) {
        ArrayNode copy = NODES.arrayNode(node.size());
        node.forEach(element -> copy.add(canonical(element, depth + 1)));
        return copy;
    }

    private static JsonNode integral(JsonNode node) {
        if (node.canConvertToLong()) {
            return NODES.numberNode(node.longValue());
        }
        requireInRange(node.decimalValue());
        return NODES.numberNode(node.bigIntegerValue());
    }

    private static BigDecimal decimal(JsonNode node) {
        if (!node.isBigDecimal() && !Double.isFinite(node.doubleValue())) {
            throw new IllegalArgumentException("expected a number that JSON can hold: " + node.doubleValue());
        }
        BigDecimal value = requireInRange(node.decimalValue());
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    private static BigDecimal requireInRange(BigDecimal value) {
        if (!Sums.fitsNumeric(value)) {
            throw new IllegalArgumentException("expected a number within the range of PostgreSQL's numeric: precision="
                    + value.precision() + ", scale=" + value.scale());
        }
        return value;
    }
}
