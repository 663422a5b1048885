package io.millrace.service.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Fills in the placeholders of each value after YAML was parsed, so that what is filled in can never be taken for YAML;
 * and remembers where the last key was, for errors.
 */
final class FilledInParser extends JsonParserDelegate {
    private final Placeholders placeholders;
    private final Path folder;
    private JsonLocation lastKey;

    FilledInParser(JsonParser parser, Placeholders placeholders, Path folder) {
        super(parser);
        this.placeholders = placeholders;
        this.folder = folder;
        this.lastKey = parser.currentTokenLocation();
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
        JsonToken token = delegate.nextToken();
        if (token == JsonToken.FIELD_NAME) {
            lastKey = delegate.currentTokenLocation();
        }
        return token;
    }

    /** Where the last key is: what an error is about, while the parser itself has read on. */
    @Override
    public JsonLocation currentLocation() {
        return lastKey;
    }

    @Override
    public String getText() throws IOException {
        String text = delegate.getText();
        if (delegate.currentToken() != JsonToken.VALUE_STRING) {
            return text;
        }
        try {
            return placeholders.fillIn(text, folder);
        } catch (ConfigurationException e) {
            throw new ConfigurationException(
                    "line " + delegate.currentTokenLocation().getLineNr() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable String getValueAsString() throws IOException {
        return delegate.currentToken() == JsonToken.VALUE_STRING ? getText() : delegate.getValueAsString();
    }

    @Override
    public @Nullable String getValueAsString(@Nullable String defaultValue) throws IOException {
        return delegate.currentToken() == JsonToken.VALUE_STRING ? getText() : delegate.getValueAsString(defaultValue);
    }

    @Override
    public int getText(Writer writer) throws IOException {
        String text = getText();
        writer.write(text);
        return text.length();
    }

    @Override
    public char[] getTextCharacters() throws IOException {
        return getText().toCharArray();
    }

    @Override
    public int getTextLength() throws IOException {
        return getText().length();
    }

    @Override
    public int getTextOffset() {
        return 0;
    }
}
