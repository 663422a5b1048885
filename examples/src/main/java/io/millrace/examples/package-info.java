/** Projections to read and run. */
@NullMarked
package io.millrace.examples;

import org.jspecify.annotations.NullMarked;
