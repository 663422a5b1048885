package io.millrace.service.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.text.StringSubstitutor;
import org.apache.commons.text.lookup.StringLookup;
import org.jspecify.annotations.Nullable;

/**
 * Fills in {@code ${NAME}} from the environment, {@code ${NAME:-default}}, and {@code ${file:/path}} with what a file
 * holds (without the line end at its end). {@code $${NAME}} stays as {@code ${NAME}}. What is filled in is not looked
 * at again, so that a password may hold anything.
 */
final class Placeholders {
    private static final String FILE = "file:";

    private final Map<String, String> environment;

    Placeholders(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * @param folder what relative paths of files are resolved against
     * @throws ConfigurationException if something is not there
     */
    String fillIn(String text, Path folder) {
        if (!text.contains("${")) {
            return text;
        }
        StringLookup lookup = name -> valueOf(name, text, folder);
        return new StringSubstitutor(lookup)
                .setDisableSubstitutionInValues(true)
                .replace(text);
    }

    private @Nullable String valueOf(String name, String text, Path folder) {
        if (name.startsWith(FILE)) {
            return contentOf(folder.resolve(name.substring(FILE.length())));
        }
        String value = environment.get(name);
        if (value == null && !text.contains("${" + name + ":-")) {
            throw new ConfigurationException(
                    "the environment variable " + name + " is not set; set it, or write ${" + name + ":-default}");
        }
        return value;
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new ConfigurationException("the file " + file + " of ${" + FILE + "…} cannot be read", e);
        }
    }
}
