package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Finds out, before a subscription, whether the store still holds the history that was read so far. A position beyond
 * the end is accepted by the server, called caught up, and never delivers what is appended before it; another store, or
 * a restored one, accepts any position that happens to begin a record.
 */
final class HistoryCheck {
    /** The metadata of a stream that was deleted but not for good; its revisions will go on where they ended. */
    private static final Pattern SOFT_DELETED = Pattern.compile("\"\\$tb\"\\s*:\\s*9223372036854775807");

    private final Source source;
    private final SingleReads reads;
    private final ReadRequests requests;
    private final EventDecoder decoder;
    private final ReadProgress progress;
    private final Consumer<Verdict> verdict;
    private Optional<Position> head = Optional.empty();

    HistoryCheck(
            Source source,
            SingleReads reads,
            ReadRequests requests,
            EventDecoder decoder,
            ReadProgress progress,
            Consumer<Verdict> verdict) {
        this.source = source;
        this.reads = reads;
        this.requests = requests;
        this.decoder = decoder;
        this.progress = progress;
        this.verdict = verdict;
    }

    /** What was found. */
    sealed interface Verdict {
        /**
         * Nothing speaks against going on.
         *
         * @param head the last position that there is
         * @param doubt why the kept event could not be compared; empty if it is the same, or none was kept
         */
        record Fits(Optional<Position> head, Optional<String> doubt) implements Verdict {}

        /** The store ends before the position that was read: a node that lags, or another history. */
        record Behind(Optional<Position> head) implements Verdict {}

        /** At the position of the kept event stands another one. */
        record OtherHistory(String found) implements Verdict {}

        /** A read ended before it told. */
        record Unanswered(CallEnd end) implements Verdict {}
    }

    /** Begins; the verdict comes later. */
    void begin() {
        ask(requests.head(), this::headRead);
    }

    private void headRead(List<ReadResp> answers) {
        head = head(answers, decoder);
        Optional<Position> last = progress.last();
        if (last.isEmpty() || (head.isPresent() && !last.get().isAfter(head.get()))) {
            compareLastEvent();
        } else if (head.isEmpty() && source instanceof Source.SingleStream single) {
            ask(ReadRequests.lastOf("$$" + single.stream()), this::metadataRead);
        } else {
            verdict.accept(new Verdict.Behind(head));
        }
    }

    /** What the answers to {@link ReadRequests#head} say. */
    static Optional<Position> head(List<ReadResp> answers, EventDecoder decoder) {
        for (ReadResp answer : answers) {
            if (answer.hasEvent()) {
                return Optional.of(decoder.position(answer.getEvent()));
            }
        }
        for (ReadResp answer : answers) {
            if (answer.hasLastStreamPosition()) {
                return Optional.of(Position.inStream(answer.getLastStreamPosition()));
            }
        }
        return Optional.empty();
    }

    private void metadataRead(List<ReadResp> answers) {
        boolean softDeleted = answers.stream()
                .filter(ReadResp::hasEvent)
                .map(answer -> answer.getEvent().getEvent().getData().toStringUtf8())
                .anyMatch(metadata -> SOFT_DELETED.matcher(metadata).find());
        verdict.accept(
                softDeleted
                        ? new Verdict.Fits(head, Optional.of("the stream was deleted meanwhile"))
                        : new Verdict.Behind(head));
    }

    private void compareLastEvent() {
        Optional<HandledEvent> kept = progress.lastEvent();
        if (kept.isEmpty() || progress.last().isEmpty()) {
            verdict.accept(new Verdict.Fits(head, Optional.empty()));
        } else {
            reads.ask(
                    requests.eventAt(kept.get().position()),
                    answers -> lastEventRead(kept.get(), answers),
                    (end, answerBegan) -> lastEventUnread(kept.get(), end));
        }
    }

    private void lastEventRead(HandledEvent kept, List<ReadResp> answers) {
        for (ReadResp answer : answers) {
            if (answer.hasEvent()
                    && answer.getEvent().hasEvent()
                    && decoder.position(answer.getEvent()).equals(kept.position())) {
                var found = EventDecoder.id(answer.getEvent().getEvent().getId());
                verdict.accept(
                        found.equals(kept.eventId())
                                ? new Verdict.Fits(head, Optional.empty())
                                : new Verdict.OtherHistory("at " + kept.position() + " stands event " + found
                                        + " instead of " + kept.eventId()));
                return;
            }
        }
        verdict.accept(new Verdict.Fits(head, Optional.of("the event at " + kept.position() + " is no longer there")));
    }

    private void lastEventUnread(HandledEvent kept, CallEnd end) {
        verdict.accept(
                end.saysOtherHistory()
                        ? new Verdict.OtherHistory(
                                "no record begins at " + kept.position() + ", where event " + kept.eventId() + " stood")
                        : new Verdict.Unanswered(end));
    }

    private void ask(ReadReq request, Consumer<List<ReadResp>> then) {
        reads.ask(request, then, (end, answerBegan) -> verdict.accept(new Verdict.Unanswered(end)));
    }
}
