/** What the cost report looks like: its sections, and the formats that it is printed in. */
@NullMarked
package io.millrace.service.cost;

import org.jspecify.annotations.NullMarked;
