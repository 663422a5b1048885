/**
 * EventStoreDB and KurrentDB: the subscription reader, the appender, and single questions.
 *
 * <p>What users open is {@link io.millrace.eventstore.EventStoreConnection}. The way of a subscription is read from {@link
 * io.millrace.eventstore.SubscriptionReader}: check the history, subscribe, hand on, begin again. It is a state machine;
 * {@link io.millrace.eventstore.StoreCalls} and {@link io.millrace.eventstore.Timers} are all that it knows of network and
 * time, and {@link io.millrace.eventstore.ReaderSubscription} puts threads around it.
 */
@NullMarked
package io.millrace.eventstore;

import org.jspecify.annotations.NullMarked;
