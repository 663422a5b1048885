package io.millrace.projections;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.lang.reflect.Modifier;

/**
 * Decodes the data of events into one class, strictly: what is missing, null or of another type is an error and never a
 * silent 0; unknown fields are ignored; decimals do not pass through double. Immutable, safe for use by several threads.
 */
final class EventDecoder<E> {
    private static final int MAX_PROBLEM_LENGTH = 400;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonText.newFactory())
            .addModules(new JavaTimeModule(), new Jdk8Module(), new StrictScalars())
            .annotationIntrospector(new RequiredComponents())
            .nodeFactory(JsonText.NODES)
            .defaultLeniency(false)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.ACCEPT_FLOAT_AS_INT,
                    DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .withCoercionConfigDefaults(any -> any.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.EmptyArray, CoercionAction.Fail))
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert)
                            .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private final String projection;
    private final Class<E> eventClass;
    private final ObjectReader reader;
    private final boolean ofImmutables;

    private EventDecoder(String projection, Class<E> eventClass) {
        this.projection = projection;
        this.eventClass = eventClass;
        this.reader = MAPPER.readerFor(eventClass);
        this.ofImmutables = Immutables.areAll(eventClass);
    }

    /** Throws if no event of this class can be told to be whole: a bean's missing fields cannot be told from zeros. */
    static <E> EventDecoder<E> of(String projection, Class<E> eventClass) {
        boolean polymorphic =
                Modifier.isAbstract(eventClass.getModifiers()) && !eventClass.isPrimitive() && !eventClass.isArray();
        boolean whole = eventClass.isRecord()
                || polymorphic
                || eventClass == byte[].class
                || JsonNode.class.isAssignableFrom(eventClass);
        if (!whole) {
            throw new InvalidProjectionException("projection " + projection
                    + ": expected a record, or JsonNode, Map or byte[], as the class of events: class="
                    + eventClass.getName() + ". Make it a record");
        }
        return new EventDecoder<>(projection, eventClass);
    }

    Class<E> eventClass() {
        return eventClass;
    }

    /** Whether what it decodes to can be given to several handlers, since none can change it. */
    boolean isOfImmutables() {
        return ofImmutables;
    }

    E decode(EventEnvelope event) {
        if (eventClass == byte[].class) {
            return eventClass.cast(event.data());
        }
        E decoded;
        try {
            decoded = reader.readValue(event.data());
        } catch (IOException e) {
            throw unfit(event, problem(e), e);
        }
        if (decoded == null) {
            throw unfit(event, "it is null", new IllegalArgumentException("expected an object, and it is null"));
        }
        return decoded;
    }

    private EventFailedException unfit(EventEnvelope event, String problem, Exception cause) {
        String mend = cause instanceof JsonMappingException
                ? "Mend " + eventClass.getSimpleName()
                        + " (what may be missing or null is an Optional or @Nullable), or handle such events as JsonNode"
                : "It is no JSON that can be read; handle such events as byte[], or leave their type out";
        return new EventFailedException(
                projection,
                event,
                "its data does not fit " + eventClass.getSimpleName() + ": " + problem + ". " + mend,
                cause);
    }

    /** What Jackson says, and about which field; its values are cut, as they may be whole documents. */
    private static String problem(IOException e) {
        String said =
                e instanceof JsonProcessingException processing ? processing.getOriginalMessage() : e.getMessage();
        String line = String.valueOf(said).lines().findFirst().orElse("");
        String path = e instanceof JsonMappingException mapping ? path(mapping) : "";
        String problem = path.isEmpty() ? line : "field " + path + ": " + line;
        return problem.length() <= MAX_PROBLEM_LENGTH ? problem : problem.substring(0, MAX_PROBLEM_LENGTH) + "…";
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }
}
