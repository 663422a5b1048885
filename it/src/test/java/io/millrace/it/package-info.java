/** Tests of the whole system. */
@NullMarked
package io.millrace.it;

import org.jspecify.annotations.NullMarked;
