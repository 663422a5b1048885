/** What was measured, what was promised, and whether it was reached. */
@NullMarked
package io.millrace.bench.figures;

import org.jspecify.annotations.NullMarked;
