/** From the lines of a CSV or NDJSON file to events in the event store, each once. */
@NullMarked
package io.millrace.service.imports;

import org.jspecify.annotations.NullMarked;
