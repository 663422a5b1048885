package io.millrace.batching;

import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InPlaceHandling;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that wait in the queue, decoded, handled and folded by other threads ahead of the projector's where many wait: in
 * chunks of neighbours, each by whoever comes to it first, and handed on in their order whoever that was. What a chunk was
 * folded to is folded into the batch as one, so that the effects stay where they were made; where it cannot be, and where
 * events hardly fold, the batch takes the events one by one. The projector's thread never waits for a chunk while there is
 * another that it can work on itself.
 *
 * <p>A projection is pure, so it does not matter when its handler is called, nor how often, nor that what it says is not
 * asked for in the end. What it throws is thrown when its event is folded. For the projector's thread, but for the work on a
 * chunk.
 */
final class Ahead {
    private static final Logger LOG = LoggerFactory.getLogger(Ahead.class);

    /** Large events gain nothing from others' threads but memory taken up. */
    private static final long MOST_BYTES = 2 << 20;
    /** With the help of others the fold may be early for once, and late without: that is no reason to go without. */
    private static final int WAITS = 8;
    /** Batches of fewer events than so many backlogs are committed more slowly than one thread folds them. */
    private static final int LEAST_BATCHES = 2;
    /** Once many wait, chunks are handed out until fewer than this part of the backlog do. */
    private static final int PART_OF_BACKLOG = 2;
    /** With fewer events to a row in a chunk that is merged, it is folded for nothing: all has to be folded once more. */
    private static final double EVENTS_PER_ROW = 2;
    /** The same of a chunk that becomes the batch: a row that few events change costs more to make than their effects. */
    private static final double EVENTS_PER_ROW_AT_FIRST = 1.5;
    /** A chunk of fewer tells nothing of that. */
    private static final int TELLING = 64;
    /** After so many chunks it is tried again whether they fold. */
    private static final int TRIED_AGAIN_AFTER = 64;

    private final Intake intake;
    private final Projection projection;
    private final HandlingAhead bounds;
    private final Runnable wakeUp;
    private final IntSupplier batchSize;
    private final BooleanSupplier takesWhole;
    private final Supplier<Yielding> yieldings;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private long bytes;
    private boolean manyWait;
    private int waitedInARow;
    private boolean waiting;
    private int chunksNotToFold;
    /** Whether what comes next begins a batch: then a chunk becomes the batch, and nothing is merged. */
    private boolean begins;

    private @Nullable Chunk current;
    private @Nullable EventEnvelope handledLast;
    private @Nullable Object outcome;

    /**
     * @param batchSize how many events a batch holds now: a commit takes longer than to fold a few
     * @param takesWhole whether a batch takes now what a chunk was folded to
     * @param yieldings one for each chunk, used by whoever works on that
     */
    Ahead(
            Intake intake,
            Projection projection,
            HandlingAhead bounds,
            Runnable wakeUp,
            IntSupplier batchSize,
            BooleanSupplier takesWhole,
            Supplier<Yielding> yieldings) {
        this.intake = intake;
        this.projection = projection;
        this.bounds = bounds;
        this.wakeUp = wakeUp;
        this.batchSize = batchSize;
        this.takesWhole = takesWhole;
        this.yieldings = yieldings;
    }

    /** A flush had to wait for the fold: it is worth its price to handle events ahead. */
    void foldWasLate() {
        waitedInARow = 0;
    }

    /** The fold has to wait for a flush: if it does so again and again, there is nothing to gain. */
    void foldWaits() {
        waitedInARow++;
    }

    /**
     * Hands out what waits, and looks for the next chunk; to be called before each look at what comes next.
     *
     * @param inBatch how many events the open batch holds
     */
    void advance(int inBatch) {
        waiting = false;
        outcome = null;
        begins = inBatch == 0;
        if (current == null) {
            if (isForOthers()) {
                handOut(inBatch);
            } else {
                foldHere(inBatch);
            }
            findChunk();
        }
    }

    private boolean isForOthers() {
        return batchSize.getAsInt() >= LEAST_BATCHES * bounds.backlog()
                && waitedInARow < WAITS
                && bounds.mostChunks() > 0;
    }

    /** Without others' help a chunk saves effects, as nothing is written down; and merging, if the batch begins with it. */
    private void foldHere(int inBatch) {
        boolean pays = begins || batchSize.getAsInt() > bounds.chunkEvents();
        if (pays && chunks.isEmpty()) {
            foldNext(sizeOfNext(inBatch));
        }
    }

    private void foldNext(int size) {
        if (intake.holds(size)) {
            Chunk chunk = nextChunk(size);
            if (!chunk.events.isEmpty()) {
                chunk.work();
                current = chunk;
            }
        }
    }

    private void findChunk() {
        while (current == null && !waiting && !chunks.isEmpty()) {
            if (chunks.element().isDone()) {
                current = chunks.remove();
                bytes -= current.bytes;
            } else {
                waiting = !workOnAny();
            }
        }
    }

    /** The chunk that comes next, if it was folded and none of it was taken yet; null if not. */
    @Nullable
    Chunk foldedChunk() {
        return current != null && current.taken == 0 && current.folded != null ? current : null;
    }

    /** Takes all of the {@link #foldedChunk}. */
    void takeChunk() {
        Chunk taken = Objects.requireNonNull(current);
        int events = taken.events.size();
        double least = taken.folded().rows() * (begins ? EVENTS_PER_ROW_AT_FIRST : EVENTS_PER_ROW);
        if (events >= TELLING && events < least) {
            doNotFold();
        }
        taken.release();
        current = null;
    }

    private void doNotFold() {
        chunksNotToFold = TRIED_AGAIN_AFTER;
    }

    /** Takes the next signal; null if there is none, or its event {@link #isWaiting is still being handled}. */
    @Nullable
    SourceSignal next() {
        if (current != null) {
            return nextOf(current);
        }
        return waiting ? null : intake.next();
    }

    private EventEnvelope nextOf(Chunk chunk) {
        EventEnvelope event = chunk.events.get(chunk.taken);
        if (chunk.taken == 0 && chunk.folds && chunk.folded == null) {
            doNotFold();
        }
        handledLast = event;
        outcome = chunk.outcome(chunk.taken);
        chunk.taken++;
        if (chunk.taken == chunk.events.size()) {
            chunk.release();
            current = null;
        }
        return event;
    }

    private boolean workOnAny() {
        for (Chunk chunk : chunks) {
            if (chunk.claim()) {
                chunk.work();
                return true;
            }
        }
        return false;
    }

    /** Whether {@link #next} was null because the next event is still being handled by another thread. */
    boolean isWaiting() {
        return waiting;
    }

    /** Looks at the next signal; null if there is none. */
    @Nullable
    SourceSignal peek() {
        if (current != null) {
            return current.events.get(current.taken);
        }
        return chunks.isEmpty() ? intake.peek() : chunks.element().events.get(0);
    }

    private void handOut(int inBatch) {
        while (chunks.size() < bounds.mostChunks() && bytes < MOST_BYTES && manyWait()) {
            Chunk chunk = nextChunk(sizeOfNext(inBatch + eventsAhead()));
            if (chunk.events.isEmpty()) {
                return; // another kind of signal comes first
            }
            chunks.add(chunk);
            bytes += chunk.bytes;
            bounds.threads().execute(chunk);
        }
    }

    private int eventsAhead() {
        int events = 0;
        for (Chunk chunk : chunks) {
            events += chunk.events.size();
        }
        return events;
    }

    private boolean manyWait() {
        manyWait = intake.holds(manyWait ? bounds.backlog() / PART_OF_BACKLOG : bounds.backlog());
        return manyWait;
    }

    /**
     * Chunks end where batches are full, as far as that can be told: one that crosses such an end is folded for nothing.
     *
     * @param before how many events come before it, from the beginning of the open batch on
     */
    private int sizeOfNext(int before) {
        int batch = batchSize.getAsInt();
        int untilFull = batch - before % batch;
        int chunksUntilFull = (untilFull - 1) / bounds.chunkEvents() + 1;
        return (untilFull - 1) / chunksUntilFull + 1; // of about one size
    }

    private Chunk nextChunk(int size) {
        boolean folds = chunksNotToFold == 0 && takesWhole.getAsBoolean();
        chunksNotToFold = Math.max(0, chunksNotToFold - 1);
        Chunk chunk = new Chunk(size, folds);
        while (chunk.events.size() < size
                && bytes + chunk.bytes < MOST_BYTES
                && intake.peek() instanceof EventEnvelope event) {
            intake.next();
            chunk.events.add(event);
            chunk.bytes += event.sizeInBytes();
        }
        return chunk;
    }

    /** What the projection does for an event: as found ahead for the one that {@link #next} gave last, else found now. */
    @SuppressWarnings("unchecked") // what is no failure is a list of effects
    List<Effect> effectsOf(EventEnvelope event) {
        Object found = event == handledLast ? outcome : null;
        if (found == null) {
            return projection.effectsOf(event);
        }
        if (found instanceof Error error) {
            throw error;
        }
        if (found instanceof RuntimeException failure) {
            throw failure;
        }
        if (found instanceof Throwable undeclared) {
            throw new IllegalStateException("expected effects, but it threw: " + undeclared, undeclared);
        }
        return (List<Effect>) found;
    }

    /** Forgets what is ahead; what is being worked on is finished for nothing. */
    void clear() {
        for (Chunk chunk : chunks) {
            if (chunk.claim()) {
                chunk.release();
            }
        }
        chunks.clear();
        bytes = 0;
        current = null;
        handledLast = null;
        outcome = null;
        waiting = false;
    }

    /** Neighbours. Worked on by whoever claims it; what came of it may be seen by all once it is done. */
    final class Chunk implements Runnable {
        private static final int OPEN = 0;
        private static final int CLAIMED = 1;
        private static final int DONE = 2;

        private List<EventEnvelope> events;
        private final boolean folds;
        private final AtomicInteger state = new AtomicInteger(OPEN);
        private long bytes;
        private int taken;
        /** All of it, if it could be folded. */
        private @Nullable Accumulator folded;
        /** Else what became of each. */
        private @Nullable Object[] outcomes = {};

        private Chunk(int size, boolean folds) {
            this.events = new ArrayList<>(size);
            this.folds = folds;
        }

        List<EventEnvelope> events() {
            return events;
        }

        EventEnvelope first() {
            return events.get(0);
        }

        EventEnvelope last() {
            return events.get(events.size() - 1);
        }

        long bytes() {
            return bytes;
        }

        Accumulator folded() {
            return Objects.requireNonNull(folded);
        }

        /** Null if its effects are still to be found. */
        private @Nullable Object outcome(int of) {
            return of < outcomes.length ? outcomes[of] : null;
        }

        private boolean claim() {
            return state.compareAndSet(OPEN, CLAIMED);
        }

        private boolean isDone() {
            return state.get() == DONE;
        }

        @Override
        public void run() {
            if (claim()) {
                work();
                wakeUp.run();
            }
        }

        private void work() {
            folded = folds ? foldAll() : null;
            if (folded == null) {
                outcomes = outcomesOfAll();
            }
            state.set(DONE);
        }

        /** Null if there is one among them that has to be looked at by itself. */
        private @Nullable Accumulator foldAll() {
            Accumulator whole = new Accumulator();
            Yielding yielding = yieldings.get();
            Optional<InPlaceHandling> handling = whole.handling(projection);
            EventEnvelope before = null;
            boolean all = handling.isPresent();
            try {
                for (int i = 0; all && i < events.size(); i++) {
                    EventEnvelope event = events.get(i);
                    all = (before == null || event.position().isAfter(before.position()))
                            && whole.addInPlace(event, handling.get());
                    before = event;
                    yielding.worked();
                }
            } catch (Throwable e) {
                // Each event is handled once more by itself then, and what its handler throws is told when it is its
                // turn.
                LOG.debug("Events {} to {} are not folded ahead", first().position(), last().position(), e);
                return null;
            }
            return all ? whole : null;
        }

        /** It may wait for a thread long after it is done with: nothing is kept for that. */
        private void release() {
            events = List.of();
            folded = null;
            outcomes = new @Nullable Object[0];
        }

        private Object[] outcomesOfAll() {
            Object[] all = new Object[events.size()];
            Yielding yielding = yieldings.get();
            for (int i = 0; i < all.length; i++) {
                all[i] = outcomeOf(events.get(i));
                yielding.worked();
            }
            return all;
        }

        private Object outcomeOf(EventEnvelope event) {
            try {
                return projection.effectsOf(event);
            } catch (Throwable e) { // also what compilers of other languages let pass undeclared
                return e;
            }
        }
    }
}
