package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A read that a thread waits for. Ends the call when closed. */
final class BlockingRead implements AutoCloseable {
    private final CompletableFuture<Optional<CallEnd>> ended = new CompletableFuture<>();
    private final StoreCalls calls;
    private final StoreCalls.Call call;

    /** @param goOn takes each message, on another thread; false ends the read */
    BlockingRead(StoreCalls calls, ReadReq request, StoreCalls.Terms terms, Predicate<ReadResp> goOn) {
        this.calls = calls;
        this.call = calls.read(request, terms, new StoreCalls.Answers() {
            @Override
            public void onMessage(ReadResp message) {
                if (!ended.isDone() && !goOn.test(message)) {
                    ended.complete(Optional.empty());
                }
            }

            @Override
            public void onEnd(Status status, Metadata trailers) {
                ended.complete(
                        status.isOk() ? Optional.empty() : Optional.of(CallEnd.of(status, trailers, calls.target())));
            }
        });
        call.request(Integer.MAX_VALUE);
    }

    /**
     * Waits for the end.
     *
     * @return whether it came in this time
     * @throws EndedCallException when it was no good end
     */
    boolean await(Duration patience) throws EndedCallException {
        try {
            Optional<CallEnd> end = ended.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (end.isPresent()) {
                throw new EndedCallException(end.get());
            }
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("expected an end, not an exception", impossible);
        } catch (InterruptedException interrupt) {
            throw interrupted(calls.target());
        }
    }

    static EventSourceException interrupted(String target) {
        Thread.currentThread().interrupt();
        return new EventSourceException(Kind.UNREACHABLE, "interrupted while waiting for the event store at " + target);
    }

    @Override
    public void close() {
        ended.complete(Optional.empty());
        call.cancel();
    }
}
