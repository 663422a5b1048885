package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads that bring a handful of messages and end. One at a time; a new one, or a cancellation, silences the one before. */
final class SingleReads {
    private final StoreCalls calls;
    private final StoreCalls.Asked asked;
    private final Optional<Duration> deadline;
    private Optional<StoreCalls.Call> underWay = Optional.empty();
    private long number;

    /** @param deadline by the clock, for each read; empty where the asker counts the time itself */
    SingleReads(StoreCalls calls, StoreCalls.Asked asked, Optional<Duration> deadline) {
        this.calls = calls;
        this.asked = asked;
        this.deadline = deadline;
    }

    /** Hears why a read brought no answer, and whether one had begun. */
    interface Failure {
        void accept(CallEnd end, boolean answerBegan);
    }

    /** Asks; exactly one of the two hears of it later, unless the read is silenced. */
    void ask(ReadReq request, Consumer<List<ReadResp>> completed, Failure failed) {
        cancel();
        long mine = number;
        List<ReadResp> messages = new ArrayList<>();
        StoreCalls.Call call = calls.read(request, new StoreCalls.Terms(asked, deadline), new StoreCalls.Answers() {
            @Override
            public void onMessage(ReadResp message) {
                messages.add(message);
            }

            @Override
            public void onEnd(Status status, Metadata trailers) {
                if (mine != number) {
                    return;
                }
                boolean began = !messages.isEmpty() || hasBegunToAnswer();
                underWay = Optional.empty();
                if (status.isOk()) {
                    completed.accept(messages);
                } else {
                    failed.accept(CallEnd.of(status, trailers, calls.target()), began);
                }
            }
        });
        underWay = Optional.of(call);
        call.request(Integer.MAX_VALUE);
    }

    boolean isUnderWay() {
        return underWay.isPresent();
    }

    /** Whether something of the answer to the read under way came. */
    boolean hasBegunToAnswer() {
        return underWay.filter(read -> read.receivedBytes() > 0).isPresent();
    }

    void cancel() {
        number++;
        Optional<StoreCalls.Call> before = underWay;
        underWay = Optional.empty();
        before.ifPresent(StoreCalls.Call::cancel);
    }
}
