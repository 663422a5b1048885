package io.millrace.projections;

/**
 * The decoder that Millrace gives the data of events to, for contenders who decode by themselves: none shall be faster or
 * slower for its JSON. In this package, since Millrace does not offer its decoder to others. Immutable, thread-safe.
 */
public final class SameDecoder<E> {
    private final EventDecoder<E> decoder;

    public SameDecoder(Class<E> eventClass) {
        this.decoder = EventDecoder.of("bench", eventClass);
    }

    public E decode(EventEnvelope event) {
        return decoder.decode(event);
    }
}
