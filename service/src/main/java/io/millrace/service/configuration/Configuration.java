package io.millrace.service.configuration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@code millrace.yaml} says, checked, its placeholders filled in and its paths resolved against its folder.
 * Printing it shows no secret.
 *
 * @param projections what to run, by name, in the order of the file
 * @param plugins a folder of jars with projections
 */
public record Configuration(
        EventStoreSetting eventStore,
        PostgresSetting postgres,
        Map<String, ProjectionOptions> projections,
        Optional<Path> plugins) {
    public Configuration {
        Objects.requireNonNull(eventStore, "eventStore");
        Objects.requireNonNull(postgres, "postgres");
        Objects.requireNonNull(plugins, "plugins");
        projections = Collections.unmodifiableMap(new LinkedHashMap<>(projections));
    }

    /** What it says about this projection; the defaults if nothing. */
    public ProjectionOptions optionsOf(String projection) {
        return projections.getOrDefault(projection, ProjectionOptions.DEFAULTS);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigurationException if it cannot be read, or something in it is wrong
     */
    public static Configuration read(Path file) {
        return new ConfigurationReader(file, new Placeholders(System.getenv())).read();
    }
}
