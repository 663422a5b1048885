package io.millrace.service.cost;

import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.ProjectionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes what a report advises into a configuration, as its reader would, and reads that. */
final class WrittenSettings {
    private static final Pattern ADVISED = Pattern.compile(
            "(batch-size|batch-age|batch-bytes|flush\\.live|flush\\.time): (.+?)(?=\\. |, | instead| is well set|$)");

    private WrittenSettings() {}

    /** The options of a projection that has this setting. */
    static ProjectionOptions read(Path folder, String setting, String value) {
        String line = setting.startsWith("flush.")
                ? "flush:\n      " + setting.substring("flush.".length()) + ": " + value
                : setting + ": " + value;
        String adaptive = setting.equals("flush.time") ? "\n    batch-size: adaptive" : "";
        try {
            Path file = Files.writeString(
                    folder.resolve("millrace.yaml"),
                    "eventstore: embedded\npostgres: embedded\nprojections:\n  p:\n    " + line + adaptive + "\n");
            return Configuration.read(file).optionsOf("p");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the configuration's reader makes of the settings that these lines name; at least one. */
    static ProjectionOptions advised(Path folder, List<String> lines) {
        Matcher advice = ADVISED.matcher(String.join("\n", lines));
        if (!advice.find()) {
            throw new AssertionError("expected advice: " + lines);
        }
        return read(folder, advice.group(1), advice.group(2));
    }
}
