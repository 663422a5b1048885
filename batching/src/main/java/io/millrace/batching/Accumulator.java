package io.millrace.batching;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InPlaceHandling;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The batch that is being folded. It only gathers: to flush it, the projector puts a new one in its place and hands on
 * what this one holds. For one thread.
 */
final class Accumulator {
    private final ChangeSetBuilder changes = new ChangeSetBuilder();
    private final List<EventEnvelope> events = new ArrayList<>();
    private final List<PoisonEvent> parked = new ArrayList<>();
    private final List<PoisonEvent> skipped = new ArrayList<>();
    private long bytes;
    private long oldestNanos;
    private long handled;
    private @Nullable EventEnvelope lastHandled;
    /** Who did what, where a group is folded. */
    private @Nullable Shares shares;

    /**
     * Folds an event. One without effect is passed over: it moves the checkpoint with the next batch, but is no reason
     * to flush one.
     *
     * @throws CannotFoldException if it cannot share the batch; then it is not in it
     */
    void add(EventEnvelope event, List<Effect> effects, long nowNanos) {
        if (!effects.isEmpty()) {
            changes.add(effects);
            began(nowNanos);
            changedBy(event);
        }
        if (effects instanceof ProjectionGroup.Effects ofMembers) {
            shares = shares == null ? new Shares() : shares;
            shares.add(event, ofMembers);
        }
        handled(event);
    }

    private void changedBy(EventEnvelope event) {
        events.add(event);
        bytes += event.sizeInBytes();
    }

    private void handled(EventEnvelope event) {
        handled++;
        lastHandled = event;
    }

    /** Handles events and folds what they do in place; empty if the projection cannot. */
    Optional<InPlaceHandling> handling(Projection projection) {
        return InPlaceHandling.of(projection, changes::rowOf);
    }

    /**
     * Handles an event so.
     *
     * @param handling this one's
     * @return whether it could be; if not, or if the handler throws, this is not to be used any more
     */
    boolean addInPlace(EventEnvelope event, InPlaceHandling handling) {
        OptionalInt changed = handling.handle(event);
        if (changed.orElse(0) > 0) {
            changes.changedInPlace(changed.getAsInt());
            changedBy(event);
        }
        handled(event);
        return changed.isPresent();
    }

    /**
     * Folds in what another one folded in place of the events that come next, all of it or nothing.
     *
     * @return whether it did, as it does if that is sure to fold; then the other one is not to be used any more
     */
    boolean addAll(Accumulator next, long nowNanos) {
        boolean added = changes.addAll(next.changes);
        if (added) {
            if (!next.isEmpty()) {
                began(nowNanos);
                events.addAll(next.events);
                bytes += next.bytes;
            }
            handled += next.handled;
            lastHandled = next.lastHandled;
        }
        return added;
    }

    /** Puts an event aside, to be kept. */
    void park(PoisonEvent poison, long nowNanos) {
        began(nowNanos);
        parked.add(poison);
        bytes += poison.event().sizeInBytes();
    }

    /** Leaves an event out; like one without effect, it is no reason to flush. */
    void skip(PoisonEvent poison) {
        skipped.add(poison);
    }

    private void began(long nowNanos) {
        if (isEmpty()) {
            oldestNanos = nowNanos;
        }
    }

    /** What was folded in place counts as folded now. */
    void beginsAt(long nowNanos) {
        oldestNanos = nowNanos;
    }

    /** Speaks for events, too, that changed nothing when they were folded before. */
    void passOver(long alreadyHandled) {
        handled += alreadyHandled;
    }

    /** Whether there is nothing to write. */
    boolean isEmpty() {
        return events.isEmpty() && parked.isEmpty();
    }

    /** Whether nothing has come into it, not even what there is nothing to write of. */
    boolean isUnused() {
        return handled == 0 && isEmpty() && skipped.isEmpty();
    }

    boolean changesSomething() {
        return !events.isEmpty();
    }

    /** How many events there is something to write of. */
    int events() {
        return events.size() + parked.size();
    }

    /** How many were added that changed nothing. */
    long passedOver() {
        return handled - events.size();
    }

    /** All that something was made of, in order; what changed nothing is not among them. */
    List<EventEnvelope> all() {
        return inOrder(events, SetAside.of(parked, skipped));
    }

    static List<EventEnvelope> inOrder(List<EventEnvelope> handled, SetAside aside) {
        if (!aside.passesPoison()) {
            return handled;
        }
        List<EventEnvelope> all = new ArrayList<>(handled);
        aside.parked().forEach(poison -> all.add(poison.event()));
        aside.skipped().forEach(poison -> all.add(poison.event()));
        all.sort(Comparator.comparing(EventEnvelope::position));
        return all;
    }

    /** How many rows change, as far as they are folded into one change each. */
    long rows() {
        return changes.rows();
    }

    long bytes() {
        return bytes;
    }

    /** How many events were added, with those that changed nothing. */
    long handled() {
        return handled;
    }

    /** When the oldest event was folded; means nothing while this is empty. */
    long oldestNanos() {
        return oldestNanos;
    }

    /** What this holds, as a batch; nothing can be added after it. */
    Batch toBatch(String projection, long number, FlushReason reason, Position checkpoint) {
        return toBatch(projection, number, reason, checkpoint, lastHandled());
    }

    /** The same, with another event as the last one that was handled. */
    Batch toBatch(
            String projection,
            long number,
            FlushReason reason,
            Position checkpoint,
            Optional<HandledEvent> handledLast) {
        SetAside aside = SetAside.of(parked, skipped);
        Batch whole = new Batch(projection, number, reason, changes.build(), checkpoint, handledLast, events, aside);
        return shares == null ? whole : shares.of(whole);
    }

    Optional<HandledEvent> lastHandled() {
        return Optional.ofNullable(lastHandled).map(event -> new HandledEvent(event.position(), event.eventId()));
    }
}
