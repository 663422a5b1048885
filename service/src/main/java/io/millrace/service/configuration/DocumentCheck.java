package io.millrace.service.configuration;

import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.service.configuration.Document.EventStoreSection;
import io.millrace.service.configuration.Document.FlushSection;
import io.millrace.service.configuration.Document.PostgresSection;
import io.millrace.service.configuration.Document.ProjectionSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns what is written into what is meant, or says what is missing or contradicts itself. */
final class DocumentCheck {
    private static final String ADAPTIVE = "adaptive";
    private static final Set<String> IN_MEMORY = Set.of("true", "in-memory");

    private final Document document;
    private final Path folder;

    DocumentCheck(Document document, Path folder) {
        this.document = document;
        this.folder = folder;
    }

    Configuration configuration() {
        Map<String, ProjectionOptions> projections = new LinkedHashMap<>();
        if (document.projections() != null) {
            document.projections().forEach((name, section) -> projections.put(name, options(name, section)));
        }
        return new Configuration(
                eventStore(document.eventstore()),
                postgres(document.postgres()),
                projections,
                Optional.ofNullable(document.plugins()).map(folder::resolve));
    }

    private EventStoreSetting eventStore(@Nullable EventStoreSection section) {
        if (section == null) {
            throw new ConfigurationException(
                    "`eventstore` is missing: a connection string (esdb://host:2113) or `embedded`");
        }
        if (section.embedded() != null && section.url() == null) {
            return new EventStoreSetting.Embedded(embeddedFolder(section.embedded()));
        }
        if (section.url() == null || section.embedded() != null) {
            throw new ConfigurationException("`eventstore` needs either `url` or `embedded`");
        }
        return new EventStoreSetting.Server(new Secret(section.url()));
    }

    private PostgresSetting postgres(@Nullable PostgresSection section) {
        if (section == null) {
            throw new ConfigurationException("`postgres` is missing: `url`, `user` and `password`, or `embedded`");
        }
        String schema = Optional.ofNullable(section.schema()).orElse(PostgresSetting.DEFAULT_SCHEMA);
        if (section.embedded() != null && section.url() == null) {
            return new PostgresSetting.Embedded(embeddedFolder(section.embedded()), schema);
        }
        if (section.url() == null || section.embedded() != null) {
            throw new ConfigurationException("`postgres` needs either `url` or `embedded`");
        }
        PostgresUrl url = PostgresUrl.parse(section.url());
        return new PostgresSetting.Server(
                new Secret(url.jdbc()),
                Optional.ofNullable(section.user()).or(url::user),
                Optional.ofNullable(section.password()).or(url::password).map(Secret::new),
                schema);
    }

    private Optional<Path> embeddedFolder(String text) {
        return IN_MEMORY.contains(text) ? Optional.empty() : Optional.of(folder.resolve(text));
    }

    private static ProjectionOptions options(String name, @Nullable ProjectionSection section) {
        if (section == null) {
            return ProjectionOptions.DEFAULTS;
        }
        Key key = new Key("projections." + name);
        FlushSection flush = Optional.ofNullable(section.flush()).orElse(FlushSection.NONE);
        boolean adaptive = key.read("flush", flush.adaptive(), DocumentCheck::adaptive)
                .orElse(ADAPTIVE.equals(section.batchSize()));
        OptionalInt size = ADAPTIVE.equals(section.batchSize())
                ? OptionalInt.empty()
                : key.positive(
                        "batch-size",
                        key.read("batch-size", section.batchSize(), DocumentCheck::size)
                                .orElse(null));
        if (adaptive && size.isPresent()) {
            throw new ConfigurationException(
                    "`projections." + name + "` says `flush: adaptive`, which finds the batch size"
                            + " by itself, and `batch-size`; take one of them out");
        }
        if (!adaptive && flush.time() != null) {
            throw new ConfigurationException(
                    "`projections." + name + ".flush.time` is for batches that find their own size;"
                            + " say `batch-size: adaptive` as well, or take it out");
        }
        return new ProjectionOptions(
                size,
                adaptive,
                key.read("flush.time", flush.time(), DocumentCheck::positiveTime),
                key.read("batch-age", section.batchAge(), Quantities::duration),
                key.bytes("batch-bytes", section.batchBytes()),
                key.positive("queue-events", section.queueEvents()),
                key.bytes("queue-bytes", section.queueBytes()),
                key.read("flush.live", flush.live(), Quantities::waiting),
                key.read("on-poison", section.onPoison(), DocumentCheck::onPoison),
                key.positive("max-parked", section.maxParked()));
    }

    private static boolean adaptive(String text) {
        if (!text.equals(ADAPTIVE)) {
            throw new IllegalArgumentException("expected `adaptive`, or the keys `live` and `time`");
        }
        return true;
    }

    private static int size(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number of events, or `adaptive`", e);
        }
    }

    private static Duration positiveTime(String text) {
        Duration time = Quantities.duration(text);
        if (time.isZero()) {
            throw new IllegalArgumentException("expected a duration above 0, like 200ms");
        }
        return time;
    }

    private static OnPoison onPoison(String text) {
        return switch (text) {
            case "stop" -> OnPoison.STOP;
            case "skip" -> OnPoison.SKIP;
            case "park" -> OnPoison.PARK;
            case "park-alone" -> OnPoison.PARK_ALONE;
            default -> throw new IllegalArgumentException("expected stop, skip, park or park-alone");
        };
    }

    private record Key(String section) {
        OptionalInt positive(String key, @Nullable Integer number) {
            if (number == null) {
                return OptionalInt.empty();
            }
            if (number < 1) {
                throw new ConfigurationException("`" + section + "." + key + "` must be at least 1");
            }
            return OptionalInt.of(number);
        }

        OptionalLong bytes(String key, @Nullable String text) {
            return read(key, text, Quantities::bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
        }

        <T> Optional<T> read(String key, @Nullable String text, Function<String, T> reading) {
            try {
                return Optional.ofNullable(text).map(reading);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new ConfigurationException("`" + section + "." + key + "`: " + e.getMessage(), e);
            }
        }
    }
}
