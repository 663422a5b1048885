package io.millrace.projections;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Year;
import java.util.Set;

/**
 * Closes what Jackson's own settings leave open: whole numbers as times (whether they are seconds, milliseconds or days
 * would be a guess), and doubles from text or beyond their range.
 */
final class StrictScalars extends SimpleModule {
    private static final long serialVersionUID = 1L;
    private static final Set<Class<?>> FLOATING = Set.of(double.class, Double.class, float.class, Float.class);

    StrictScalars() {
        super("millrace-strict-scalars");
        setDeserializerModifier(new BeanDeserializerModifier() {
            private static final long serialVersionUID = 1L;

            @Override
            public JsonDeserializer<?> modifyDeserializer(
                    DeserializationConfig config, BeanDescription described, JsonDeserializer<?> deserializer) {
                Class<?> type = described.getBeanClass();
                if (FLOATING.contains(type)) {
                    return new FiniteNumber(deserializer);
                }
                return type.getPackageName().equals("java.time") && type != Year.class
                        ? new TimeAsText(deserializer)
                        : deserializer;
            }
        });
    }

    private static final class TimeAsText extends DelegatingDeserializer {
        private static final long serialVersionUID = 1L;

        TimeAsText(JsonDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> newDelegate) {
            return new TimeAsText(newDelegate);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                return context.reportInputMismatch(
                        this,
                        "expected text as ISO 8601 has it for %s: %s",
                        handledType().getSimpleName(),
                        parser.getText());
            }
            return super.deserialize(parser, context);
        }
    }

    private static final class FiniteNumber extends DelegatingDeserializer {
        private static final long serialVersionUID = 1L;

        FiniteNumber(JsonDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> newDelegate) {
            return new FiniteNumber(newDelegate);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.hasToken(JsonToken.VALUE_STRING)) {
                return context.reportInputMismatch(this, "expected a number, and it is text: \"%s\"", parser.getText());
            }
            Object value = super.deserialize(parser, context);
            if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
                return context.reportInputMismatch(
                        this,
                        "expected a number within the range of %s. BigDecimal holds any: %s",
                        handledType().getSimpleName(),
                        parser.getText());
            }
            return value;
        }
    }
}
