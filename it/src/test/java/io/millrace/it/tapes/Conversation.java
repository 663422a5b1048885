package io.millrace.it.tapes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One call under way: the messages that have come, and its end if it has ended. */
final class Conversation {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> responses = new ArrayList<>();
    private final Context.CancellableContext context = Context.current().withCancellation();
    private long lastNanos = System.nanoTime();
    private @Nullable Status status;
    private Map<String, String> trailers = Map.of();

    <M extends Message> StreamObserver<M> observer() {
        return new StreamObserver<>() {
            @Override
            public void onNext(M message) {
                heard(json(message));
            }

            @Override
            public void onError(Throwable failure) {
                Metadata trailing = Status.trailersFromThrowable(failure);
                ended(Status.fromThrowable(failure), trailing == null ? new Metadata() : trailing);
            }

            @Override
            public void onCompleted() {
                ended(Status.OK, new Metadata());
            }
        };
    }

    Context.CancellableContext context() {
        return context;
    }

    private static JsonNode json(Message message) {
        try {
            return JSON.readTree(PRINTER.print(message));
        } catch (InvalidProtocolBufferException | JsonProcessingException e) {
            throw new IllegalStateException("messages can be written as JSON", e);
        }
    }

    private synchronized void heard(JsonNode message) {
        responses.add(message);
        lastNanos = System.nanoTime();
        notifyAll();
    }

    private synchronized void ended(Status how, Metadata trailing) {
        status = how;
        Map<String, String> text = new TreeMap<>();
        for (String key : trailing.keys()) {
            if (!key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                text.put(key, String.valueOf(trailing.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER))));
            }
        }
        trailers = text;
        notifyAll();
    }

    /** Until the call has ended. */
    synchronized void awaitEnd(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (status == null && System.nanoTime() < deadline) {
            wait(100);
        }
    }

    /** Until at least so many messages have come and then nothing for this long, or the call has ended. */
    synchronized void awaitQuiet(int atLeast, Duration quiet, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        lastNanos = System.nanoTime();
        while (status == null) {
            long now = System.nanoTime();
            boolean isQuiet = now - lastNanos >= quiet.toNanos();
            if (isQuiet && (responses.size() >= atLeast || now >= deadline)) {
                return;
            }
            wait(10);
        }
    }

    synchronized int heardSoFar() {
        return responses.size();
    }

    synchronized Answer answer() {
        Status how = status;
        return new Answer(
                List.copyOf(responses), how == null ? "OPEN" : how.getCode().name(), trailers);
    }
}
