package io.millrace.eventstore;

/**
 * What a store says of itself.
 *
 * @param node the node that answered, as host:port
 * @param version its version; empty text when it does not say
 */
public record ServerInfo(String node, String version) {}
