package io.millrace.projections;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event that several projections handle, decoded once for all that ask for the same class: but only where no handler
 * can change what the next one is given. For one thread.
 */
final class DecodedEvent {
    private final EventEnvelope event;
    private @Nullable Object first;
    private @Nullable Map<Class<?>, Object> others;

    DecodedEvent(EventEnvelope event) {
        this.event = event;
    }

    EventEnvelope event() {
        return event;
    }

    <E> E as(EventDecoder<E> decoder) {
        if (!decoder.isOfImmutables()) {
            return decoder.decode(event);
        }
        Class<E> wanted = decoder.eventClass();
        Object known = first;
        if (known == null) {
            first = known = decoder.decode(event);
        } else if (!wanted.isInstance(known)) {
            known = others().computeIfAbsent(wanted, absent -> decoder.decode(event));
        }
        return wanted.cast(known);
    }

    private Map<Class<?>, Object> others() {
        Map<Class<?>, Object> made = others == null ? new HashMap<>() : others;
        others = made;
        return made;
    }
}
