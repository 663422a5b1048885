/** Positions, checkpoints, and the contract of the store that keeps them. */
@NullMarked
package io.millrace.checkpoint;

import org.jspecify.annotations.NullMarked;
