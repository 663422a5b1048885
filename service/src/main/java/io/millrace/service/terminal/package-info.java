/** What a person sees: tables, progress, log lines, on a terminal or where there is none. */
@NullMarked
package io.millrace.service.terminal;

import org.jspecify.annotations.NullMarked;
