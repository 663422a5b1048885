package io.millrace.batching;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.projections.ColumnType.TIMESTAMPTZ;

import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.RandomChanges;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RejectedChangeException;
import io.millrace.projections.RowKey;
import io.millrace.projections.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * Events of a few streams. Each does random changes, all operations among them, to rows of its stream's own; and some to
 * rows that streams share, which commute. Here and there one is poison until it is mended: its handler throws, or the
 * database refuses it. The same for the same seed.
 */
final class PoisonedHistory implements Projection {
    /** Rows of one stream each. */
    static final ReadModel OWN = ReadModel.table("own")
            .key("stream", TEXT)
            .key("nth", TEXT)
            .column("whole", BIGINT)
            .column("small", INTEGER)
            .column("exact", NUMERIC)
            .column("rounded", DOUBLE)
            .column("words", TEXT)
            .column("document", JSONB)
            .column("moment", TIMESTAMPTZ)
            .column("least", BIGINT)
            .defaultValue(7)
            .build();

    /** Rows that all streams write: of each column one kind of change, which commutes. */
    static final ReadModel SHARED = ReadModel.table("shared")
            .key("key", TEXT)
            .column("sum", BIGINT)
            .column("least", NUMERIC)
            .column("greatest", BIGINT)
            .build();

    private static final List<ReadModel> MODELS = List.of(OWN, SHARED);

    final List<EventEnvelope> events = new ArrayList<>();
    /** Those that cannot be handled until they are mended. */
    final Set<EventEnvelope> poison = new HashSet<>();
    /** Of those, the ones that the database refuses; the others make the handler throw. */
    final Set<EventEnvelope> refused = new HashSet<>();
    /** From now on nothing is poison. */
    boolean mended;

    private final Map<EventEnvelope, List<Effect>> effects = new HashMap<>();

    /** @param onlyShared without the rows whose changes do not commute */
    PoisonedHistory(long seed, boolean onlyShared) {
        Random random = new Random(seed);
        RandomChanges changes = new RandomChanges(seed);
        InMemoryReadModels whole = new InMemoryReadModels();
        int streams = 1 + random.nextInt(6);
        int length = 20 + random.nextInt(150);
        double share = random.nextInt(5) * 0.03;
        long[] revisions = new long[streams];
        long position = 0;
        while (events.size() < length) {
            position += 1 + random.nextInt(3);
            int stream = random.nextInt(streams);
            EventEnvelope event = event(position, "stream-" + stream, revisions[stream]);
            List<Effect> does = does(random, changes, event, onlyShared);
            if (!passes(whole, does)) {
                continue; // what is judged by knows no fault but those that are made below
            }
            revisions[stream]++;
            events.add(event);
            effects.put(event, does);
            if (random.nextDouble() < share) {
                poison.add(event);
                if (random.nextBoolean() && !does.isEmpty()) {
                    refused.add(event);
                }
            }
        }
    }

    private static boolean passes(InMemoryReadModels tables, List<Effect> does) {
        try {
            tables.apply(does);
            return true;
        } catch (RejectedChangeException e) {
            return false;
        }
    }

    private static List<Effect> does(Random random, RandomChanges changes, EventEnvelope event, boolean onlyShared) {
        List<Effect> does = new ArrayList<>();
        for (int nth = onlyShared ? 3 : random.nextInt(3); nth < 3; nth++) {
            does.add(new Effect.OnRow(OWN, new RowKey(List.of(event.stream(), "" + nth)), changes.change(OWN)));
        }
        if (random.nextBoolean()) {
            does.addAll(shared(random, event));
        }
        return does;
    }

    private static List<Effect> shared(Random random, EventEnvelope event) {
        return Projection.named("shared")
                .into(SHARED)
                .on(
                        "Happened",
                        byte[].class,
                        (data, rows) -> rows.row("k" + random.nextInt(3))
                                .increment("sum", random.nextInt(10) - 3)
                                .min("least", random.nextInt(100))
                                .max("greatest", random.nextInt(100)))
                .build()
                .effectsOf(event);
    }

    private static EventEnvelope event(long position, String stream, long revision) {
        return new EventEnvelope(
                new UUID(3, position),
                "Happened",
                stream,
                revision,
                Position.inLog(position, position),
                Instant.EPOCH,
                "{}".getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }

    boolean changesSomething(EventEnvelope event) {
        return !Objects.requireNonNull(effects.get(event)).isEmpty();
    }

    /** Whether the database refuses it now. */
    boolean isRefused(EventEnvelope event) {
        return !mended && refused.contains(event);
    }

    /**
     * The rows of a fold, one event at a time, over all but these; what the tables refuse by then is left out, too.
     */
    Map<ReadModel, Map<RowKey, Map<String, Object>>> foldWithout(Set<EventEnvelope> leftOut) {
        InMemoryReadModels tables = new InMemoryReadModels();
        for (EventEnvelope event : events) {
            if (!leftOut.contains(event)) {
                passes(tables, Objects.requireNonNull(effects.get(event)));
            }
        }
        return rows(tables);
    }

    static Map<ReadModel, Map<RowKey, Map<String, Object>>> rows(InMemoryReadModels tables) {
        Map<ReadModel, Map<RowKey, Map<String, Object>>> rows = new HashMap<>();
        MODELS.forEach(model -> rows.put(model, tables.rows(model)));
        return rows;
    }

    @Override
    public String name() {
        return "poisoned";
    }

    @Override
    public Source source() {
        return new Source.AllStreams();
    }

    @Override
    public Set<String> eventTypes() {
        return Set.of("Happened");
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
        if (!mended && poison.contains(event) && !refused.contains(event)) {
            throw new EventFailedException(name(), event, "its handler failed", new IllegalStateException());
        }
        return Objects.requireNonNull(effects.get(event));
    }
}
