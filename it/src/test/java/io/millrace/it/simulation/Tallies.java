package io.millrace.it.simulation;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionBuilder;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Row;
import io.millrace.projections.Source;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The projection that is simulated: an event that is lost, doubled or out of order changes what it counts. */
final class Tallies {
    record Counted(String name, BigDecimal amount, int small, String mark) {}

    record Cleared(String name) {}

    private static ReadModel table(int number) {
        return ReadModel.table("tallies_" + number)
                .key("name", TEXT)
                .column("events", BIGINT)
                .column("total", NUMERIC)
                .column("small", INTEGER)
                .column("first", TEXT)
                .column("last", TEXT)
                .build();
    }

    /** The name that makes the handler throw. */
    static final String POISON = "poison";
    /** The name that changes nothing. */
    static final String NOBODY = "nobody";

    private static final String EVERYTHING = "everything";

    private Tallies() {}

    /** Which rows an event changes. */
    enum Shape {
        /** All streams change the same rows, and the order shows. */
        SHARED,
        /** Each stream has rows of its own, where the order shows; what streams share commutes. */
        OWN,
        /** Streams share rows, and all changes commute. */
        COMMUTING
    }

    /** @param mended from when on it is true, no event makes the handler throw */
    static Projection over(Source source, int number, Shape shape, BooleanSupplier mended) {
        ProjectionBuilder builder = Projection.named("tallies-" + number).into(table(number));
        if (source instanceof Source.SingleStream single) {
            builder.fromStream(single.stream());
        } else if (source instanceof Source.StreamsStartingWith starting) {
            builder.fromStreamsStartingWith(starting.prefixes().toArray(new String[0]));
        }
        return builder.on("Counted", Counted.class, (counted, event, rows) -> {
                    if (counted.name().equals(NOBODY)) {
                        return;
                    }
                    Row all = rows.row(EVERYTHING).increment("events", 1).increment("total", counted.amount());
                    if (shape == Shape.SHARED) {
                        all.set("last", counted.mark());
                    }
                    count(counted, rows.row(key(shape, counted.name(), event)), shape);
                    if (counted.name().equals(POISON) && !mended.getAsBoolean()) {
                        throw new IllegalStateException("poison");
                    }
                })
                .on("Cleared", Cleared.class, (cleared, event, rows) -> {
                    rows.row(EVERYTHING).increment("events", 1);
                    if (shape != Shape.COMMUTING) {
                        rows.row(key(shape, cleared.name(), event)).delete();
                    }
                })
                .build();
    }

    private static void count(Counted counted, Row row, Shape shape) {
        row.increment("events", 1).increment("total", counted.amount()).increment("small", counted.small());
        if (shape != Shape.COMMUTING) {
            row.setIfAbsent("first", counted.mark()).set("last", counted.mark());
        }
    }

    private static String key(Shape shape, String name, EventEnvelope event) {
        return shape == Shape.OWN ? event.stream() + " " + name : name;
    }

    /** A projection's table as text, the same for the same rows of whichever of them. */
    static String render(InMemoryReadModels models, Projection projection) {
        Map<String, String> lines = new TreeMap<>();
        models.rows(projection.readModels().get(0))
                .forEach((key, row) -> lines.put(key.toString(), new TreeMap<>(row).toString()));
        return lines.toString();
    }
}
