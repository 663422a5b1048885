/** Measurements that anyone can repeat: programs, no tests. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
