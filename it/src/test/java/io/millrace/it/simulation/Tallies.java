package io.millrace.it.simulation;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionBuilder;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Source;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** The projection that is simulated: an event that is lost, doubled or out of order changes what it counts. */
final class Tallies {
    record Counted(String name, BigDecimal amount, int small, String mark) {}

    record Cleared(String name) {}

    static final ReadModel TABLE = ReadModel.table("tallies")
            .key("name", TEXT)
            .column("events", BIGINT)
            .column("total", NUMERIC)
            .column("small", INTEGER)
            .column("first", TEXT)
            .column("last", TEXT)
            .build();

    /** The name that makes the handler throw. */
    static final String POISON = "poison";
    /** The name that changes nothing. */
    static final String NOBODY = "nobody";

    private static final String EVERYTHING = "everything";

    private Tallies() {}

    static Projection over(Source source, int number) {
        ProjectionBuilder builder = Projection.named("tallies-" + number).into(TABLE);
        if (source instanceof Source.SingleStream single) {
            builder.fromStream(single.stream());
        } else if (source instanceof Source.StreamsStartingWith starting) {
            builder.fromStreamsStartingWith(starting.prefixes().toArray(new String[0]));
        }
        return builder.on("Counted", Counted.class, (counted, rows) -> {
                    if (counted.name().equals(NOBODY)) {
                        return;
                    }
                    rows.row(EVERYTHING)
                            .increment("events", 1)
                            .increment("total", counted.amount())
                            .set("last", counted.mark());
                    rows.row(counted.name())
                            .increment("events", 1)
                            .increment("total", counted.amount())
                            .increment("small", counted.small())
                            .setIfAbsent("first", counted.mark())
                            .set("last", counted.mark());
                    if (counted.name().equals(POISON)) {
                        throw new IllegalStateException("poison");
                    }
                })
                .on("Cleared", Cleared.class, (cleared, rows) -> {
                    rows.row(EVERYTHING).increment("events", 1);
                    rows.row(cleared.name()).delete();
                })
                .build();
    }

    /** The table as text, the same for the same rows. */
    static String render(InMemoryReadModels models) {
        Map<String, String> lines = new TreeMap<>();
        models.rows(TABLE).forEach((key, row) -> lines.put(key.toString(), new TreeMap<>(row).toString()));
        return lines.toString();
    }
}
