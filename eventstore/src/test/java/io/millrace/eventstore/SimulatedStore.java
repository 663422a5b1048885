package io.millrace.eventstore;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A store, a network and a clock in one thread: calls end, hang and fail at random, from a seed. Follows the recorded
 * rules: start positions are exclusive in subscriptions and inclusive in reads, a confirmation comes first, caught-up
 * when there is nothing more, and checkpoints never lie behind what was delivered.
 */
final class SimulatedStore implements StoreCalls, Timers {
    private static final int WANTED_ONE_IN = 4;

    private final Random random;
    private final List<RecordedEvent> log = new ArrayList<>();
    private final List<SubscriptionCall> open = new ArrayList<>();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private boolean faulty = true;
    private long nowMs;
    private long taskNumber;
    private long nextCommit = 500;
    private long revision;

    SimulatedStore(long seed) {
        this.random = new Random(seed);
    }

    private record Task(long atMs, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(number, other.number);
        }
    }

    // ---- the store

    void append() {
        nextCommit += 1 + random.nextInt(300);
        log.add(RecordedEvent.newBuilder()
                .setId(Shared.UUID
                        .newBuilder()
                        .setStructured(Shared.UUID
                                .Structured
                                .newBuilder()
                                .setMostSignificantBits(7)
                                .setLeastSignificantBits(log.size())))
                .setStreamIdentifier(Shared.StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8("s")))
                .setStreamRevision(revision++)
                .setCommitPosition(nextCommit)
                .setPreparePosition(nextCommit)
                .setData(ByteString.copyFrom(new byte[random.nextInt(50)]))
                .putMetadata("type", random.nextInt(WANTED_ONE_IN) == 0 ? "Wanted" : "Other")
                .putMetadata("created", "17953878265000999")
                .build());
        List.copyOf(open).forEach(SubscriptionCall::pump);
    }

    static boolean isWanted(RecordedEvent event) {
        return event.getMetadataOrThrow("type").equals("Wanted");
    }

    List<Long> wantedIds() {
        return log.stream()
                .filter(SimulatedStore::isWanted)
                .map(event -> event.getId().getStructured().getLeastSignificantBits())
                .toList();
    }

    void heal() {
        faulty = false;
    }

    // ---- the clock

    long nowMs() {
        return nowMs;
    }

    /** Lets the next thing happen; false when nothing is left. */
    boolean step() {
        Task next = tasks.poll();
        if (next == null) {
            return false;
        }
        nowMs = next.atMs;
        next.action.run();
        return true;
    }

    void at(long delayMs, Runnable action) {
        tasks.add(new Task(nowMs + delayMs, taskNumber++, action));
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        boolean[] cancelled = new boolean[1];
        at(delay.toMillis(), () -> {
            if (!cancelled[0]) {
                action.run();
            }
        });
        return () -> cancelled[0] = true;
    }

    // ---- the calls

    @Override
    public Call read(ReadReq request, Terms terms, Answers answers) {
        if (request.getOptions().hasSubscription()) {
            SubscriptionCall call = new SubscriptionCall(request.getOptions(), answers);
            open.add(call);
            at(random.nextInt(20), call::begin);
            return call;
        }
        SingleCall call = new SingleCall(answers);
        if (faulty && random.nextInt(10) == 0) {
            at(random.nextInt(500), () -> call.end(randomFailure()));
        } else if (faulty && random.nextInt(20) == 0) {
            // Never answered; where nobody gave a deadline, the asker counts the time.
            terms.deadline().ifPresent(deadline -> at(deadline.toMillis(), () -> call.end(Status.DEADLINE_EXCEEDED)));
        } else {
            at(random.nextInt(20), () -> {
                select(request.getOptions()).forEach(event -> call.say(message(event)));
                call.end(Status.OK);
            });
        }
        return call;
    }

    private List<RecordedEvent> select(Options options) {
        if (options.getReadDirection() == Options.ReadDirection.Backwards) {
            return log.isEmpty() ? List.of() : List.of(log.get(log.size() - 1));
        }
        return log.stream()
                .filter(event -> comparePlace(event, options) >= 0)
                .filter(event -> !options.hasFilter() || isWanted(event))
                .limit(options.getCount())
                .toList();
    }

    private static int comparePlace(RecordedEvent event, Options options) {
        if (options.hasStream()) {
            return options.getStream().hasStart()
                    ? 1
                    : Long.compare(
                            event.getStreamRevision(), options.getStream().getRevision());
        }
        if (options.getAll().hasStart()) {
            return 1;
        }
        Options.Position position = options.getAll().getPosition();
        int byCommit = Long.compare(event.getCommitPosition(), position.getCommitPosition());
        return byCommit != 0 ? byCommit : Long.compare(event.getPreparePosition(), position.getPreparePosition());
    }

    private static ReadResp message(RecordedEvent event) {
        return ReadResp.newBuilder()
                .setEvent(ReadEvent.newBuilder().setEvent(event).setCommitPosition(event.getCommitPosition()))
                .build();
    }

    private Status randomEnd() {
        return random.nextInt(6) == 0 ? Status.OK : randomFailure();
    }

    private Status randomFailure() {
        return switch (random.nextInt(5)) {
            case 1 -> Status.CANCELLED;
            case 2 -> Status.INTERNAL.withDescription("RST_STREAM");
            case 3 -> Status.UNKNOWN.withDescription("Exception was thrown by handler.");
            case 4 -> Status.NOT_FOUND.withDescription("Leader info available");
            default -> Status.UNAVAILABLE.withDescription("io exception");
        };
    }

    private Metadata trailers(Status status) {
        return status.getCode() == Status.Code.NOT_FOUND
                ? Intermediary.trailers(
                        "exception", "not-leader", "leader-endpoint-host", "other", "leader-endpoint-port", "2113")
                : new Metadata();
    }

    @Override
    public void reconnect(Optional<Endpoint> leader) {
        List.copyOf(open).forEach(call -> call.end(Status.UNAVAILABLE));
    }

    @Override
    public String target() {
        return "simulation";
    }

    @Override
    public void close() {
        open.clear();
    }

    private class SingleCall implements Call {
        final Answers answers;
        boolean ended;

        SingleCall(Answers answers) {
            this.answers = answers;
        }

        void say(ReadResp message) {
            if (!ended) {
                answers.onMessage(message);
            }
        }

        void end(Status status) {
            if (!ended) {
                ended = true;
                answers.onEnd(status, trailers(status));
            }
        }

        @Override
        public void request(int messages) {
            // Single answers are few.
        }

        @Override
        public void cancel() {
            ended = true;
        }
    }

    private final class SubscriptionCall extends SingleCall {
        private final Options options;
        private long requested;
        private int next;
        private boolean confirmed;
        private boolean deaf;
        private boolean caughtUp;
        private boolean scheduled;
        private boolean begun;

        SubscriptionCall(Options options, Answers answers) {
            super(answers);
            this.options = options;
        }

        void begin() {
            while (next < log.size() && comparePlace(log.get(next), options) <= 0) {
                next++;
            }
            if (faulty && random.nextInt(4) != 0) {
                at(random.nextInt(30_000), () -> {
                    if (random.nextInt(4) == 0) {
                        deaf = true;
                    } else {
                        end(randomEnd());
                    }
                });
            }
            begun = true;
            pump();
        }

        /** Sends one message, if it may, and comes back for the next. */
        void pump() {
            if (!begun || ended || scheduled || requested == 0 || deaf) {
                return;
            }
            scheduled = true;
            at(random.nextInt(5), () -> {
                scheduled = false;
                if (!ended && !deaf && sendNext()) {
                    pump();
                }
            });
        }

        private boolean sendNext() {
            if (!confirmed) {
                confirmed = true;
                return send(Intermediary.confirmation());
            }
            while (next < log.size()) {
                RecordedEvent event = log.get(next++);
                if (options.hasStream() || isWanted(event)) {
                    return send(message(event));
                }
                if (random.nextInt(10) == 0) {
                    return send(checkpoint(event));
                }
            }
            if (!caughtUp) {
                caughtUp = true;
                return send(ReadResp.newBuilder()
                        .setCaughtUp(ReadResp.CaughtUp.getDefaultInstance())
                        .build());
            }
            return false;
        }

        private ReadResp checkpoint(RecordedEvent at) {
            ReadResp.Checkpoint.Builder checkpoint =
                    ReadResp.Checkpoint.newBuilder().setCommitPosition(at.getCommitPosition());
            return ReadResp.newBuilder()
                    .setCheckpoint(caughtUp ? checkpoint.setPreparePosition(at.getPreparePosition()) : checkpoint)
                    .build();
        }

        private boolean send(ReadResp message) {
            requested--;
            say(message);
            return true;
        }

        @Override
        public void request(int messages) {
            requested += messages;
            pump();
        }

        @Override
        void end(Status status) {
            open.remove(this);
            super.end(status);
        }

        @Override
        public void cancel() {
            open.remove(this);
            super.cancel();
        }
    }
}
