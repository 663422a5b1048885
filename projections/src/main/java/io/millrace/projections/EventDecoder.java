package io.millrace.projections;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/** Decodes the data of events. */
final class EventDecoder<E> {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonText.newFactory())
            .addModules(new JavaTimeModule(), new Jdk8Module())
            .nodeFactory(JsonText.NODES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String projection;
    private final ObjectReader reader;

    private EventDecoder(String projection, ObjectReader reader) {
        this.projection = projection;
        this.reader = reader;
    }

    static <E> EventDecoder<E> of(String projection, Class<E> eventClass) {
        return new EventDecoder<>(projection, MAPPER.readerFor(eventClass));
    }

    E decode(EventEnvelope event) {
        try {
            return reader.readValue(event.data());
        } catch (IOException e) {
            throw new EventFailedException(projection, event, String.valueOf(e.getMessage()), e);
        }
    }
}
