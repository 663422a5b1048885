package io.millrace.service.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads the file key by key into {@link Document}; no object of any other class can come out of it. What is wrong is
 * said with its line, and never with its value, which may be a secret.
 */
final class ConfigurationReader {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .withCoercionConfigDefaults(
                    coercion -> coercion.setCoercion(CoercionInputShape.EmptyString, CoercionAction.AsNull))
            .build();

    private final Path file;
    private final Path folder;
    private final Placeholders placeholders;

    ConfigurationReader(Path file, Placeholders placeholders) {
        this.file = file;
        this.folder = file.toAbsolutePath().normalize().resolveSibling("");
        this.placeholders = placeholders;
    }

    Configuration read() {
        try (JsonParser parser = new FilledInParser(YAML.createParser(text()), placeholders, folder)) {
            Document document = YAML.readValue(parser, Document.class);
            return new DocumentCheck(document, folder).configuration();
        } catch (ConfigurationException e) {
            throw new ConfigurationException(file + ": " + e.getMessage(), e);
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof ConfigurationException cause) {
                throw new ConfigurationException(file + ", " + cause.getMessage(), cause);
            }
            // Without its cause: that one quotes lines of the file, and values.
            throw new ConfigurationException(file + at(e.getLocation()) + ": " + sentence(e));
        } catch (IOException e) {
            throw new ConfigurationException("the configuration " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private String text() throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigurationException("there is no such file; name one with --config", e);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException("it is not UTF-8", e);
        }
    }

    static String at(JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : ", line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String sentence(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            Collection<String> known =
                    unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
            String name = unknown.getPropertyName();
            return "unknown key `" + name + "`" + NearestName.didYouMean(name, known);
        }
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            return "`" + path(mapping.getPath()) + "` holds a value of the wrong kind";
        }
        if (e instanceof MismatchedInputException) {
            return "expected the keys eventstore, postgres and projections";
        }
        if (e.getCause() instanceof MarkedYAMLException malformed) {
            return "not well-formed YAML: " + malformed.getProblem();
        }
        return "not well-formed YAML: "
                + e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static String path(List<JsonMappingException.Reference> path) {
        return path.stream().map(JsonMappingException.Reference::getFieldName).collect(Collectors.joining("."));
    }
}
