/** What else may weigh on a replay: little memory, an open snapshot elsewhere, many projections. */
@NullMarked
package io.millrace.bench.replays;

import org.jspecify.annotations.NullMarked;
