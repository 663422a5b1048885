/** Projecting from an event store in another process, as near to its raw drain as can be. */
@NullMarked
package io.millrace.bench.endtoend;

import org.jspecify.annotations.NullMarked;
