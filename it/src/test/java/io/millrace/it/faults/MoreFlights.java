package io.millrace.it.faults;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.projections.ReadModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Two more projections of the source that {@code airport-departures} has, so that the three may share one flush. They come
 * to the program as a plug-in, as users' do.
 */
public final class MoreFlights implements ProjectionProvider {
    static final String ARRIVALS = "airport-arrivals";
    static final String MINUTES = "departures-by-minute";

    record FlightDeparted(
            @JsonProperty("departed_at") String departedAt,
            String destination,
            @JsonProperty("delay_min") int delayMin,
            @JsonProperty("distance_mi") int distanceMi) {}

    @Override
    public List<Projection> projections() {
        return List.of(
                by("destination", FlightDeparted::destination, ARRIVALS),
                by("departed_at", FlightDeparted::departedAt, MINUTES));
    }

    static String table(String projection) {
        return projection.replace('-', '_');
    }

    private static Projection by(String column, Function<FlightDeparted, String> key, String name) {
        ReadModel rows = ReadModel.table(table(name))
                .key(column, TEXT)
                .column("flights", BIGINT)
                .column("delay_sum", BIGINT)
                .column("delay_max", INTEGER)
                .column("distance_sum", BIGINT)
                .build();
        return Projection.named(name)
                .fromStreamsStartingWith("flight-")
                .into(rows)
                .on(
                        "FlightDeparted",
                        FlightDeparted.class,
                        (flight, changes) -> changes.row(key.apply(flight))
                                .increment("flights", 1)
                                .increment("delay_sum", flight.delayMin())
                                .max("delay_max", flight.delayMin())
                                .increment("distance_sum", flight.distanceMi()))
                .build();
    }

    /** Makes a jar of this in a folder of its own, and returns the folder. */
    static Path plugIn(Path folder) {
        try {
            Files.createDirectories(folder);
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("flights.jar")))) {
                add(jar, MoreFlights.class);
                add(jar, FlightDeparted.class);
                jar.putNextEntry(new JarEntry("META-INF/services/" + ProjectionProvider.class.getName()));
                jar.write(MoreFlights.class.getName().getBytes(StandardCharsets.UTF_8));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(JarOutputStream jar, Class<?> made) throws IOException {
        String name = made.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(name));
        try (InputStream bytes =
                Objects.requireNonNull(MoreFlights.class.getClassLoader().getResourceAsStream(name), name)) {
            bytes.transferTo(jar);
        }
    }
}
