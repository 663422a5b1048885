/**
 * The whole system in one thread and in virtual time, from a seed: the reader, the projector, the committer and the lease
 * run as shipped; calls to the event store and to PostgreSQL, the clock and the executor are simulated.
 */
@NullMarked
package io.millrace.it.simulation;

import org.jspecify.annotations.NullMarked;
