/** EventStoreDB and KurrentDB: the subscription reader and the appender. */
@NullMarked
package io.millrace.eventstore;

import org.jspecify.annotations.NullMarked;
