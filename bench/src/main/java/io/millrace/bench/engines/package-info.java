/** Projection engines side by side: what each makes of the same events in the same PostgreSQL. */
@NullMarked
package io.millrace.bench.engines;

import org.jspecify.annotations.NullMarked;
