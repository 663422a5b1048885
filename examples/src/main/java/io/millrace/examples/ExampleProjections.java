package io.millrace.examples;

import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import java.util.List;

/** Offers the examples to the program. */
public final class ExampleProjections implements ProjectionProvider {
    @Override
    public List<Projection> projections() {
        return List.of(ViewsPerViewer.VIEWS_PER_VIEWER, AirportDepartures.AIRPORT_DEPARTURES);
    }
}
