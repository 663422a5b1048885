package io.millrace.checkpoint.lease;

/** How an instance asks for leases. */
public enum Bid {
    /** As one of many that share the projections out fairly: the service. */
    SHARE,
    /** Only what nobody holds, beside the sharing: a command that must not disturb a service. */
    IF_FREE,
    /** Whoever holds it is asked to hand it over for a while: a command that works while the service runs. */
    CLAIM
}
