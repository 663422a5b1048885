package io.millrace.batching;

import io.millrace.batching.ChangeSet.Segment;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.ProjectionGroup;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, while a group's batch is folded, which of its projections did what, and divides the batch by that. For one
 * thread.
 */
final class Shares {
    private final IdentityHashMap<Effect, Tally> statements = new IdentityHashMap<>();
    private @Nullable Tally[] tallies = new @Nullable Tally[0];

    private static final class Tally {
        final String projection;
        final Set<ReadModel> readModels;
        final List<EventEnvelope> events = new ArrayList<>();
        final List<Segment> segments = new ArrayList<>();
        long changes;
        long handled;
        EventEnvelope last;

        Tally(ProjectionGroup group, int member, EventEnvelope first) {
            this.projection = group.members().get(member).name();
            this.readModels = Set.copyOf(group.members().get(member).readModels());
            this.last = first;
        }

        Share share(Batch of) {
            Batch own = new Batch(
                    projection,
                    of.number(),
                    of.reason(),
                    new ChangeSet(segments, changes),
                    of.checkpoint(),
                    Optional.of(new HandledEvent(last.position(), last.eventId())),
                    events);
            return new Share(own, handled);
        }
    }

    void add(EventEnvelope event, ProjectionGroup.Effects effects) {
        ProjectionGroup group = effects.group();
        if (tallies.length == 0) {
            tallies = new @Nullable Tally[group.members().size()];
        }
        for (int i = 0; i < effects.handlers(); i++) {
            int member = effects.member(i);
            Tally tally = tallies[member];
            if (tally == null) {
                tally = new Tally(group, member, event);
                tallies[member] = tally;
            }
            tally.handled++;
            tally.last = event;
            List<Effect> own = effects.of(i);
            if (!own.isEmpty()) {
                tally.events.add(event);
                tally.changes += own.size();
                rememberStatements(own, tally);
            }
        }
    }

    /** Rows are told by their tables; a user's statement only by who gave it. */
    private void rememberStatements(List<Effect> effects, Tally tally) {
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i) instanceof Effect.RawSql raw) {
                statements.put(raw, tally);
            }
        }
    }

    /** The batch, divided among those who did it. */
    Batch of(Batch whole) {
        for (Segment segment : whole.changes().segments()) {
            if (segment instanceof Segment.Rows rows) {
                divide(rows);
            } else if (segment instanceof Segment.Raw raw) {
                Optional.ofNullable(statements.get(raw.statement())).ifPresent(tally -> tally.segments.add(raw));
            }
        }
        List<Share> shares = new ArrayList<>(tallies.length);
        for (Tally tally : tallies) {
            if (tally != null) {
                shares.add(tally.share(whole));
            }
        }
        return whole.sharedBy(shares);
    }

    private void divide(Segment.Rows rows) {
        for (Tally tally : tallies) {
            if (tally != null) {
                Map<ReadModel, Map<RowKey, RowChange>> own = new LinkedHashMap<>();
                for (ReadModel table : tally.readModels) {
                    Map<RowKey, RowChange> changes = rows.tables().get(table);
                    if (changes != null) {
                        own.put(table, changes);
                    }
                }
                if (!own.isEmpty()) {
                    tally.segments.add(new Segment.Rows(own));
                }
            }
        }
    }
}
