package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.projections.EventSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A reader with threads around it: whatever reaches the reader goes through one lock, under which it also signals. So
 * {@link #close} waits for the signal under way, and {@link #request} must not take the lock: a subscriber may well hold
 * its own lock when it asks for more. Another thread does it for it.
 */
final class ReaderSubscription implements EventSource.Subscription {
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong grantedEvents = new AtomicLong();
    private final AtomicLong grantedBytes = new AtomicLong();
    private final AtomicBoolean granting = new AtomicBoolean();
    private final Transport transport;
    private final SubscriptionReader reader;
    private final Consumer<ReaderSubscription> onClose;

    ReaderSubscription(
            EventSource.Request request,
            EventSource.Subscriber subscriber,
            Transport transport,
            Consumer<ReaderSubscription> onClose) {
        this.transport = transport;
        this.onClose = onClose;
        this.reader = new SubscriptionReader(
                request,
                subscriber,
                new LockedCalls(new GrpcStoreCalls(transport, new NodeConnection(transport))),
                this::after,
                RandomGenerator.getDefault(),
                transport.settings().patience());
    }

    void start() {
        transport.timer().execute(() -> locked(reader::start));
    }

    @Override
    public void request(int events, long bytes) {
        if (events < 0 || bytes < 0 || (events == 0 && bytes == 0)) {
            throw new IllegalArgumentException(
                    "expected a request for at least one event or byte: events=" + events + ", bytes=" + bytes);
        }
        grantedEvents.addAndGet(events);
        grantedBytes.accumulateAndGet(bytes, Demand::sum);
        if (!granting.getAndSet(true)) {
            try {
                transport.timer().execute(() -> locked(this::grant));
            } catch (RejectedExecutionException closedMeanwhile) {
                // Nothing is handed on any more.
            }
        }
    }

    private void grant() {
        granting.set(false);
        reader.allow(grantedEvents.getAndSet(0), grantedBytes.getAndSet(0));
    }

    @Override
    public void close() {
        locked(reader::close);
        onClose.accept(this);
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } catch (RuntimeException error) {
            reader.crash(error);
        } finally {
            lock.unlock();
        }
    }

    private Timers.Timer after(Duration delay, Runnable action) {
        Future<?> scheduled = transport.timer().schedule(() -> locked(action), delay.toMillis(), TimeUnit.MILLISECONDS);
        return () -> scheduled.cancel(false);
    }

    private final class LockedCalls implements StoreCalls {
        private final StoreCalls calls;

        LockedCalls(StoreCalls calls) {
            this.calls = calls;
        }

        @Override
        public Call read(ReadReq request, Terms terms, Answers answers) {
            return calls.read(request, terms, new LockedAnswers(answers));
        }

        @Override
        public void reconnect(Optional<Endpoint> leader) {
            calls.reconnect(leader);
        }

        @Override
        public String target() {
            return calls.target();
        }

        @Override
        public void close() {
            calls.close();
        }
    }

    private final class LockedAnswers implements StoreCalls.Answers {
        private final StoreCalls.Answers answers;

        LockedAnswers(StoreCalls.Answers answers) {
            this.answers = answers;
        }

        @Override
        public void onMessage(ReadResp message) {
            locked(() -> answers.onMessage(message));
        }

        @Override
        public void onEnd(Status status, Metadata trailers) {
            locked(() -> answers.onEnd(status, trailers));
        }
    }
}
