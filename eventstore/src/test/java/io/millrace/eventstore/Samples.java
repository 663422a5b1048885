package io.millrace.eventstore;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSource.Request;
import io.millrace.projections.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** Events and requests that tests are made of. */
final class Samples {
    static final Source ALL = new Source.AllStreams();

    private Samples() {}

    static NewEvent event(String type, String data) {
        return NewEvent.json(UUID.randomUUID(), type, data.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    /** Events whose data are the numbers from one to the other, both included. */
    static List<NewEvent> numbered(String type, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> event(type, Integer.toString(number)))
                .toList();
    }

    static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    static Request fromStart(Source source, String... types) {
        return new Request(source, Set.of(types), Optional.empty(), Optional.empty());
    }

    static Request after(Source source, Position position, String... types) {
        return new Request(source, Set.of(types), Optional.of(position), Optional.empty());
    }
}
