/**
 * The contract suite: what an EventStoreDB 24.x or KurrentDB server does for users of the official Java client.
 *
 * <p>Runs against any server (see {@link io.millrace.it.contract.StoresUnderTest}) and knows of none. Needs only JUnit,
 * AssertJ and the client, so that it can be packaged as one jar and taken to a machine with a real server.
 */
@NullMarked
package io.millrace.it.contract;

import org.jspecify.annotations.NullMarked;
