package io.millrace.checkpoint.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Keeps the leases, by its own clock. Each method is one round trip; it blocks for a bounded, short time, and throws
 * {@link LeaseStoreException} when it is not known what became of it. Used by one thread at a time.
 *
 * <p>A lease is live from the moment when it was taken or renewed last until that moment and its validity; neither
 * before (a clock may be set back) nor after.
 */
public interface LeaseStore extends AutoCloseable {

    /**
     * Says "I live", and renews.
     *
     * @param self who
     * @param bid with {@link Bid#SHARE} it is one of those among whom the projections are shared out
     * @param held epochs of the leases to be renewed, by projection; those that somebody else has taken meanwhile are
     *     not
     * @param claimed projections that it asks for (with {@link Bid#CLAIM} only)
     * @param givenUp projections that it cannot run
     */
    record Beat(
            Instance self,
            Bid bid,
            Map<String, Long> held,
            Set<String> claimed,
            Set<String> givenUp,
            Duration validFor) {
        public Beat {
            Objects.requireNonNull(self, "self");
            Objects.requireNonNull(bid, "bid");
            held = Map.copyOf(held);
            claimed = Set.copyOf(claimed);
            givenUp = Set.copyOf(givenUp);
        }
    }

    /** Renews, and returns how everything stands after that. A lease that has run out, but is untaken, is renewed. */
    LeaseBoard renew(Beat beat);

    /**
     * Takes a lease that is not live (or is this instance's own), unless another live instance claims it. Raises the
     * epoch above the lease's and the checkpoint's; ends the instance's own claim.
     *
     * @return the new epoch; empty if it is not to be had
     */
    OptionalLong take(Instance self, String projection, Duration validFor);

    /** Gives a lease back; does nothing if it is another's meanwhile. */
    void release(Instance self, String projection, long epoch);

    /** Says that this instance is no more, and asks for nothing; leases that it holds it keeps. */
    void leave(Instance self);

    /** Ends the connection. */
    @Override
    void close();
}
