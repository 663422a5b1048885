package io.millrace.batching;

import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.RandomChanges;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RejectedChangeException;
import io.millrace.projections.RowKey;
import io.millrace.projections.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Events that do random changes to two tables, and what becomes of the tables when they are applied one at a time. Now
 * and then one of them is refused; then the history ends for whoever stops at it. The same for the same seed.
 */
final class RandomHistory implements Projection {
    private static final List<ReadModel> MODELS = List.of(RandomChanges.EVERY_TYPE, RandomChanges.DEMANDING);

    final List<EventEnvelope> events = new ArrayList<>();
    /** The tables after the last event that is not refused. */
    final InMemoryReadModels expected = new InMemoryReadModels();
    /** The first event that is refused when it comes alone. */
    Optional<EventEnvelope> refused = Optional.empty();

    private final Map<EventEnvelope, List<Effect>> effects = new HashMap<>();

    RandomHistory(long seed) {
        Random random = new Random(seed);
        RandomChanges changes = new RandomChanges(seed);
        long position = 0;
        int length = 20 + random.nextInt(150);
        while (events.size() < length) {
            position += 1 + random.nextInt(3);
            add(Views.viewed(position, "1"), effects(random, changes), random);
        }
    }

    private void add(EventEnvelope event, List<Effect> does, Random random) {
        if (refused.isEmpty()) {
            try {
                expected.apply(does);
            } catch (RejectedChangeException e) {
                if (random.nextInt(30) > 0) {
                    return;
                }
                refused = Optional.of(event);
            }
        }
        events.add(event);
        effects.put(event, does);
    }

    private static List<Effect> effects(Random random, RandomChanges changes) {
        List<Effect> effects = new ArrayList<>();
        Set<RowKey> keys = new HashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            ReadModel model = MODELS.get(random.nextInt(4) / 3);
            RowKey key = changes.key(model);
            if (keys.add(key)) {
                effects.add(new Effect.OnRow(model, key, changes.change(model)));
            }
        }
        return effects;
    }

    Map<ReadModel, Map<RowKey, Map<String, Object>>> rows(InMemoryReadModels tables) {
        Map<ReadModel, Map<RowKey, Map<String, Object>>> rows = new HashMap<>();
        MODELS.forEach(model -> rows.put(model, tables.rows(model)));
        return rows;
    }

    @Override
    public String name() {
        return "random";
    }

    @Override
    public Source source() {
        return new Source.AllStreams();
    }

    @Override
    public Set<String> eventTypes() {
        return Set.of("VideoViewed");
    }

    @Override
    public List<ReadModel> readModels() {
        return MODELS;
    }

    @Override
    public List<String> alsoWrites() {
        return List.of();
    }

    @Override
    public List<Effect> effectsOf(EventEnvelope event) {
        return Objects.requireNonNull(effects.get(event));
    }
}
