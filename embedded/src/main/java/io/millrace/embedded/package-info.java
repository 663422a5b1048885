/** What runs when nothing is installed: an event store and a PostgreSQL for development and tests. */
@NullMarked
package io.millrace.embedded;

import org.jspecify.annotations.NullMarked;
