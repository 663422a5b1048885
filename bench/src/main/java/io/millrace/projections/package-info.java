/** What the measurements share with the shipped package of this name. */
@NullMarked
package io.millrace.projections;

import org.jspecify.annotations.NullMarked;
