package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.event;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exactly the events that were asked for are handed on, whatever their types are called. */
class FilterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> HOSTILE = List.of(
            "a",
            "a.b",
            "a+b",
            "(a|b)",
            "[a-z]",
            "a*",
            "^a$",
            "a$",
            "\\Qa\\E",
            "\\",
            "a\nb",
            "a\n",
            " a ",
            "a b",
            "#comment",
            "\"quoted\"",
            "'quoted'",
            "{1}",
            "a{2}",
            "ä€😀",
            "a\\z",
            "$mine",
            "$>",
            "a|b",
            "?",
            "a\tb",
            "A",
            "viewed-v2",
            "a/b",
            "&&",
            "~");

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private List<EventEnvelope> read(Source source, String... types) {
        SignalRecorder recorder = new SignalRecorder();
        var reading = connection.source().subscribe(fromStart(source, types), recorder);
        reading.request(10_000);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        reading.close();
        return recorder.events();
    }

    @Test
    void handsOnExactlyTheTypeThatWasAskedForWhateverItsName() {
        HOSTILE.forEach(type -> connection
                .appender()
                .appendNow("odd-1", ExpectedRevision.any(), List.of(event(type, "1"), event(type, "2"))));
        for (String type : HOSTILE) {
            List<EventEnvelope> ofType = read(ALL, type).stream()
                    .filter(event -> event.stream().equals("odd-1"))
                    .toList();
            assertThat(ofType)
                    .as(type)
                    .hasSize(2)
                    .allMatch(event -> event.type().equals(type));
        }
        assertThat(read(ALL, HOSTILE.toArray(String[]::new)).stream()
                        .filter(event -> event.stream().equals("odd-1")))
                .hasSize(2 * HOSTILE.size());
    }

    @Test
    void leavesTheWorkToTheServerAndNotToTheReader() {
        for (String type : HOSTILE) {
            Pattern pattern = Pattern.compile(TypeFilter.exactly(Set.of(type)));
            assertThat(HOSTILE)
                    .filteredOn(other -> pattern.matcher(other).find())
                    .containsExactly(type);
        }
    }

    @Test
    void quotesNothingAsAWhole() {
        assertThat(TypeFilter.exactly(Set.of("b.c", "a"))).isEqualTo("^(?:a|b\\.c)\\z");
    }

    @Test
    void refusesATypeThatUtf8CannotHold() {
        assertThatThrownBy(() -> connection.source().subscribe(fromStart(ALL, "\ud800"), new SignalRecorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surrogates");
    }

    @Test
    void combinesStreamPrefixesWithTypes() {
        for (String stream : List.of("flight-ATL", "flight-JFK", "fly-1", "viewing-1", "a.flight-1")) {
            connection
                    .appender()
                    .appendNow(
                            stream,
                            ExpectedRevision.any(),
                            List.of(event("Departed", stream), event("Landed", stream), event("DepartedLate", stream)));
        }
        Source prefixes = new Source.StreamsStartingWith(List.of("flight-", "view"));
        assertThat(read(prefixes, "Departed"))
                .extracting(EventEnvelope::stream)
                .containsExactly("flight-ATL", "flight-JFK", "viewing-1");
        assertThat(read(prefixes, "Departed", "Landed")).hasSize(6);
        assertThat(read(new Source.StreamsStartingWith(List.of("a.f")), "Landed"))
                .extracting(EventEnvelope::stream)
                .containsExactly("a.flight-1");
    }

    @Test
    void readsASingleStreamAndDropsOtherTypes() {
        connection
                .appender()
                .appendNow(
                        "viewing-1",
                        ExpectedRevision.any(),
                        List.of(event("Viewed", "1"), event("Rated", "2"), event("Viewed", "3")));
        connection.appender().appendNow("viewing-2", ExpectedRevision.any(), List.of(event("Viewed", "4")));
        assertThat(read(new Source.SingleStream("viewing-1"), "Viewed"))
                .extracting(SignalRecorder::text)
                .containsExactly("1", "3");
    }

    @Test
    void saysHowFarItIsWhereNothingWasAskedFor() {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Rated", 1, 3_500));
        for (Source source : List.of(
                ALL, new Source.SingleStream("viewing-1"), new Source.StreamsStartingWith(List.of("viewing-")))) {
            SignalRecorder recorder = new SignalRecorder();
            var reading = connection.source().subscribe(fromStart(source, "Viewed"), recorder);
            recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            reading.close();
            assertThat(recorder.events()).isEmpty();
            assertThat(recorder.all(SourceSignal.CheckpointReached.class))
                    .as(source.toString())
                    .hasSizeBetween(3, 15);
            assertThat(recorder.positions())
                    .isSorted()
                    .endsWith(connection.reads().head(source).orElseThrow());
        }
    }

    @Test
    void saysHowFarItIsWhenLiveEventsAreSkipped() {
        Source stream = new Source.SingleStream("viewing-1");
        SignalRecorder recorder = new SignalRecorder();
        connection.source().subscribe(fromStart(stream, "Viewed"), recorder);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Rated", 1, 3));
        recorder.awaitCount(SourceSignal.CheckpointReached.class, 1, PATIENCE);
        assertThat(recorder.positions())
                .endsWith(connection.reads().head(stream).orElseThrow());
    }
}
