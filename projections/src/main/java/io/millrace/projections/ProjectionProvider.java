package io.millrace.projections;

import java.util.List;

/** Offers projections to the program, which finds providers through {@link java.util.ServiceLoader}. */
public interface ProjectionProvider {
    List<Projection> projections();
}
