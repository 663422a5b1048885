/** The door through which the measurements reach what this package keeps to itself. */
@NullMarked
package io.millrace.sql;

import org.jspecify.annotations.NullMarked;
