package io.millrace.cost;

/** How the statements of a flush go out, as far as it makes a price. */
public enum Sending {
    /** One by one: each is a round trip and a commit of its own. */
    SINGLES,
    /** All in one batch: one round trip, one commit. */
    BATCHED
}
