/** How soon a live event is visible, alone and in a burst. */
@NullMarked
package io.millrace.bench.live;

import org.jspecify.annotations.NullMarked;
