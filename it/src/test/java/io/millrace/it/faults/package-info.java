/**
 * Real processes and servers that end, freeze, lose commits or cannot reach each other; judged by the rows and the
 * checkpoint that are in PostgreSQL afterwards. Always with servers of their own.
 */
@NullMarked
package io.millrace.it.faults;

import org.jspecify.annotations.NullMarked;
