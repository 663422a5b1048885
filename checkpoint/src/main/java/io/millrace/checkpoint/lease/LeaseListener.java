package io.millrace.checkpoint.lease;

/**
 * Does the work that leases permit. Called by the thread that steps {@link Leases}; must not block: a lease that is not
 * renewed for that time is lost.
 */
public interface LeaseListener {

    /** The projection may be written from now on, under this epoch. Its end is told to {@link Leases#ended}. */
    void granted(String projection, long epoch);

    /** The work is to end cleanly, soon, committing what it has; the lease is kept until {@link Leases#ended}. */
    void handOver(String projection, String why);

    /** The work is to be dropped at once: others may write. {@link Leases#ended} is awaited all the same. */
    void lost(String projection, String why);

    /** The lease is not ours; told at each change of the holder, or of what is waited for. */
    default void standsBy(String projection, LeaseBoard.Row lease) {}

    /** The store cannot be asked; told once, until it can be again. */
    default void unreachable(LeaseStoreException cause) {}

    /** The store can be asked again. */
    default void reachable() {}

    /** Nobody steps the leases any more, by an error in this program: what is held runs out. */
    default void failed(Throwable cause) {}
}
