/** What a projection costs: the price list and the meter. */
@NullMarked
package io.millrace.cost;

import org.jspecify.annotations.NullMarked;
