package io.millrace.service.configuration;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file as it is written, key by key; the names of the components are the keys. Null is what is not there.
 */
record Document(
        @Nullable EventStoreSection eventstore,
        @Nullable PostgresSection postgres,
        @Nullable Map<String, @Nullable ProjectionSection> projections,
        @Nullable String plugins) {

    static final String EMBEDDED = "embedded";

    /** {@code embedded}, a connection string, or one of the two as a key. */
    record EventStoreSection(@Nullable String url, @Nullable String embedded) {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        EventStoreSection {}

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static EventStoreSection of(String text) {
            return text.equals(EMBEDDED) ? new EventStoreSection(null, "true") : new EventStoreSection(text, null);
        }

        @Override
        public String toString() {
            return "eventstore";
        }
    }

    /** {@code embedded}, a URL, or keys. */
    record PostgresSection(
            @Nullable String url,
            @Nullable String user,
            @Nullable String password,
            @Nullable String schema,
            @Nullable String embedded) {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        PostgresSection {}

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static PostgresSection of(String text) {
            return text.equals(EMBEDDED)
                    ? new PostgresSection(null, null, null, null, "true")
                    : new PostgresSection(text, null, null, null, null);
        }

        @Override
        public String toString() {
            return "postgres";
        }
    }

    /** The options of one projection. */
    record ProjectionSection(
            @Nullable String batchSize,
            @Nullable String batchAge,
            @Nullable String batchBytes,
            @Nullable Integer queueEvents,
            @Nullable String queueBytes,
            @Nullable FlushSection flush,
            @Nullable String onPoison,
            @Nullable Integer maxParked) {}

    /** When one projection flushes: {@code adaptive}, or keys. */
    record FlushSection(
            @Nullable String adaptive,
            @Nullable String live,
            @Nullable String time) {
        static final FlushSection NONE = new FlushSection(null, null, null);

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        FlushSection(@Nullable @JsonProperty("live") String live, @Nullable @JsonProperty("time") String time) {
            this(null, live, time);
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static FlushSection of(String text) {
            return new FlushSection(text, null, null);
        }
    }
}
