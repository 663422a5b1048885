/** What a projection costs: the price list, the meter, and the ladder of ways to pay less. */
@NullMarked
package io.millrace.cost;

import org.jspecify.annotations.NullMarked;
