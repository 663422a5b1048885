/** What users write: projections, read models, changes; and the port that events come in by. */
@NullMarked
package io.millrace.projections;

import org.jspecify.annotations.NullMarked;
