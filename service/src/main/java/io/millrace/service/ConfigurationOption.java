package io.millrace.service;

import io.millrace.service.configuration.Configuration;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --config}, for the commands that need it. */
final class ConfigurationOption {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration, e.g. millrace.yaml.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    Configuration read() {
        return Configuration.read(file);
    }
}
