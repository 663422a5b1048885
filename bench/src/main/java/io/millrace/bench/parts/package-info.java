/** What the parts of the hot path take, each alone. */
@NullMarked
package io.millrace.bench.parts;

import org.jspecify.annotations.NullMarked;
