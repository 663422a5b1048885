package io.millrace.projections;

/** A handler with the decoder of its events. */
record EventHandler<E>(EventDecoder<E> decoder, Handler.WithEnvelope<? super E> handler) {
    void handle(EventEnvelope event, Rows rows) {
        handler.handle(decoder.decode(event), event, rows);
    }

    /** The same with an event that others handle, too. */
    void handle(DecodedEvent event, Rows rows) {
        handler.handle(event.as(decoder), event.event(), rows);
    }
}
