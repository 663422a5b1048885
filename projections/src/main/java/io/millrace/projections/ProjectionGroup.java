package io.millrace.projections;

import io.millrace.checkpoint.Position;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Several projections of one source as one: it handles what any of them handles, decodes an event once for all that ask
 * for the same class, and does what they do, one after another. Immutable.
 */
public final class ProjectionGroup implements Projection {
    private final String name;
    private final List<Projection> members;
    private final List<Optional<Position>> startsAfter;
    private final SortedSet<String> eventTypes;
    private final List<ReadModel> readModels;
    private final List<String> alsoWrites;
    private final Map<String, int[]> handlers = new HashMap<>();
    /** From here on every member handles what comes. */
    private final @Nullable Position lastStart;

    /** Where a member goes on: after this position; empty for the beginning. */
    public record Member(Projection projection, Optional<Position> startsAfter) {}

    /**
     * A group.
     *
     * @param name what errors call it
     * @param members at least one; of one source, and of different names and tables
     */
    public ProjectionGroup(String name, List<Member> members) {
        this.name = name;
        this.members = members.stream().map(Member::projection).toList();
        this.startsAfter = members.stream().map(Member::startsAfter).toList();
        this.lastStart = startsAfter.stream()
                .flatMap(Optional::stream)
                .max(Position::compareTo)
                .orElse(null);
        SortedSet<String> types = new TreeSet<>();
        List<ReadModel> tables = new ArrayList<>();
        List<String> others = new ArrayList<>();
        this.members.forEach(member -> {
            types.addAll(member.eventTypes());
            tables.addAll(member.readModels());
            others.addAll(member.alsoWrites());
        });
        requireApart(tables);
        this.eventTypes = Collections.unmodifiableSortedSet(types);
        this.readModels = List.copyOf(tables);
        this.alsoWrites = List.copyOf(others);
        types.forEach(type -> handlers.put(type, handlersOf(type)));
    }

    private void requireApart(List<ReadModel> tables) {
        Set<String> names = new HashSet<>();
        boolean apart = tables.stream().allMatch(table -> names.add(table.table()));
        long sources = members.stream().map(Projection::source).distinct().count();
        long named = members.stream().map(Projection::name).distinct().count();
        if (!apart || sources != 1 || named != members.size()) {
            throw new IllegalArgumentException(
                    "expected projections of one source, with names and tables of their own: members=" + members);
        }
    }

    private int[] handlersOf(String type) {
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).eventTypes().contains(type)) {
                indexes.add(i);
            }
        }
        return indexes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The projections in it, in their order. */
    public List<Projection> members() {
        return members;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Source source() {
        return members.get(0).source();
    }

    @Override
    public Set<String> eventTypes() {
        return eventTypes;
    }

    @Override
    public List<ReadModel> readModels() {
        return readModels;
    }

    @Override
    public List<String> alsoWrites() {
        return alsoWrites;
    }

    /**
     * What its members do, one after another; those that have read further already do nothing.
     *
     * @return {@link Effects}
     * @throws EventFailedException of the member that failed; then there is no effect at all
     */
    @Override
    public List<Effect> effectsOf(EventEnvelope event) {
        int[] all = handlers.getOrDefault(event.type(), new int[0]);
        boolean past = lastStart == null || event.position().isAfter(lastStart);
        Effects effects = new Effects(this, all.length);
        DecodedEvent decoded = new DecodedEvent(event);
        for (int member : all) {
            if (past || hasToRead(member, event)) {
                effects.add(member, effectsOf(members.get(member), decoded));
            }
        }
        return effects;
    }

    private boolean hasToRead(int member, EventEnvelope event) {
        Optional<Position> start = startsAfter.get(member);
        return start.isEmpty() || event.position().isAfter(start.get());
    }

    private static List<Effect> effectsOf(Projection member, DecodedEvent event) {
        try {
            return member instanceof DeclaredProjection declared
                    ? declared.effectsOf(event)
                    : member.effectsOf(event.event());
        } catch (EventFailedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw EventFailedException.inHandler(member.name(), event.event(), e);
        }
    }

    @Override
    public String toString() {
        return "group " + members.stream().map(Projection::name).toList();
    }

    /** What an event does, as one list, and who does which part of it. Not to be changed once it is handed out. */
    public static final class Effects extends AbstractList<Effect> {
        private final ProjectionGroup group;
        private final int[] members;
        private final List<List<Effect>> effects;
        private final List<Effect> all;

        private Effects(ProjectionGroup group, int atMost) {
            this.group = group;
            this.members = new int[atMost];
            this.effects = new ArrayList<>(atMost);
            this.all = new ArrayList<>(atMost);
        }

        private void add(int member, List<Effect> own) {
            members[effects.size()] = member;
            effects.add(own);
            all.addAll(own);
        }

        public ProjectionGroup group() {
            return group;
        }

        /** How many members handled the event. */
        public int handlers() {
            return effects.size();
        }

        /** Which member it is that handled it as the {@code i}-th. */
        public int member(int i) {
            return members[i];
        }

        /** What that one does. */
        public List<Effect> of(int i) {
            return effects.get(i);
        }

        @Override
        public Effect get(int index) {
            return all.get(index);
        }

        @Override
        public int size() {
            return all.size();
        }
    }
}
