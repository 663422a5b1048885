/** Folds events into batches and says when they are flushed: the one loop. */
@NullMarked
package io.millrace.batching;

import org.jspecify.annotations.NullMarked;
