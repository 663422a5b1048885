package io.millrace.service.imports;

import io.millrace.eventstore.NewEvent;

/** A row on its way to its stream. */
record RowEvent(long row, String stream, NewEvent event) {}
