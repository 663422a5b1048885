package io.millrace.checkpoint.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * All instances and leases as the database had them at one moment, judged by its clock. Immutable.
 *
 * @param sharing the live instances that share the projections out, with what each of them has given up
 * @param leases by projection; none for a projection that nobody has held yet
 */
public record LeaseBoard(List<Sharing> sharing, Map<String, Row> leases) {
    public LeaseBoard {
        sharing = List.copyOf(sharing);
        leases = Map.copyOf(leases);
    }

    /**
     * An instance that lives.
     *
     * @param givenUp projections that it cannot run
     */
    public record Sharing(Instance instance, Set<String> givenUp) {
        public Sharing {
            Objects.requireNonNull(instance, "instance");
            givenUp = Set.copyOf(givenUp);
        }
    }

    /**
     * The lease of one projection.
     *
     * @param holder who took it last; empty once it was released
     * @param epoch of the last one who took it
     * @param remaining how long it is still valid; zero if it has run out or was released
     * @param claimant who asks for it with a {@link Bid#CLAIM}, and still lives
     */
    public record Row(Optional<Instance> holder, long epoch, Duration remaining, Optional<Instance> claimant) {
        public static final Row NEVER_HELD = new Row(Optional.empty(), 0, Duration.ZERO, Optional.empty());

        public Row {
            Objects.requireNonNull(holder, "holder");
            Objects.requireNonNull(claimant, "claimant");
            if (remaining.isNegative() || epoch < 0) {
                throw new IllegalArgumentException(
                        "expected epoch >= 0 and remaining >= 0: epoch=" + epoch + ", remaining=" + remaining);
            }
        }

        boolean isLive() {
            return !remaining.isZero();
        }

        boolean isHeldBy(Instance instance) {
            return holder.map(Instance::id).equals(Optional.of(instance.id()));
        }

        /** Whether this instance may take it now. What is its own, though it does not know of it, it may. */
        boolean isFreeFor(Instance instance) {
            boolean claimedByAnother =
                    claimant.isPresent() && !claimant.get().id().equals(instance.id());
            return !claimedByAnother && (!isLive() || isHeldBy(instance));
        }
    }

    /** The lease of this projection. */
    public Row of(String projection) {
        return leases.getOrDefault(projection, Row.NEVER_HELD);
    }
}
