/** An event store in another process, and who reads from it. */
@NullMarked
package io.millrace.bench.store;

import org.jspecify.annotations.NullMarked;
