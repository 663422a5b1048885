/** What is measured: events, what a read model makes of them, and how a user would write that by hand. */
@NullMarked
package io.millrace.bench.workload;

import org.jspecify.annotations.NullMarked;
