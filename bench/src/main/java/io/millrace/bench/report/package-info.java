/** The figures of all measurements on one page. */
@NullMarked
package io.millrace.bench.report;

import org.jspecify.annotations.NullMarked;
