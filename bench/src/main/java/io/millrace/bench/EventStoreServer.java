package io.millrace.bench;

import io.millrace.embedded.EmbeddedEventStore;
import java.io.IOException;
import java.io.OutputStream;

/** The measured server, a process of its own: prints its port, and ends when its standard input does. */
final class EventStoreServer {
    private EventStoreServer() {}

    /**
     * Serves until standard input ends.
     *
     * @param args {@code true} or {@code false}: whether the system projections write their links; events a second that a
     *     subscription gets at most, 0 for as many as there are; how many bytes an append may have
     */
    public static void main(String... args) throws IOException {
        boolean links = Boolean.parseBoolean(args[0]);
        try (EmbeddedEventStore store = EmbeddedEventStore.builder()
                .systemProjections(links)
                .maxAppendSize(Integer.parseInt(args[2]))
                .start()) {
            store.faults().pace(Long.parseLong(args[1]));
            System.out.println(store.port());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
