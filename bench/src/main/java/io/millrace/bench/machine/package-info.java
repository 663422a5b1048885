/** What a measurement runs on, and what it takes of it: processes, PostgreSQL, round trips, CPU. */
@NullMarked
package io.millrace.bench.machine;

import org.jspecify.annotations.NullMarked;
