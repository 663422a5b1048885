/**
 * Plays recordings of a real EventStoreDB (test resources, {@code eventstoredb-24.6}) to any server and compares its
 * answers, by the rules in the recordings' README.
 */
@NullMarked
package io.millrace.it.tapes;

import org.jspecify.annotations.NullMarked;
