package io.millrace.projections;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** Knows which classes have nothing that could be changed, all the way down. */
final class Immutables {
    private static final Set<Class<?>> KNOWN = Set.of(
            String.class,
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            URI.class,
            Locale.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    private Immutables() {}

    /** Whether all instances are; if in doubt, not. Lists and JSON trees are not: a handler could change one. */
    static boolean areAll(Class<?> type) {
        return areAll(type, new HashSet<>());
    }

    private static boolean areAll(Type type, Set<Type> seen) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Optional.class
                    && Arrays.stream(generic.getActualTypeArguments()).allMatch(argument -> areAll(argument, seen));
        }
        if (!(type instanceof Class<?> plain)) {
            return false;
        }
        if (plain.isPrimitive() || plain.isEnum() || KNOWN.contains(plain) || !seen.add(plain)) {
            return true;
        }
        if (plain.getName().startsWith("java.time.")) {
            return true;
        }
        return plain.isRecord()
                && Arrays.stream(plain.getRecordComponents())
                        .map(RecordComponent::getGenericType)
                        .allMatch(component -> areAll(component, seen));
    }
}
