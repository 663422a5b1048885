package io.millrace.checkpoint.lease;

import java.util.Collection;
import java.util.List;

/**
 * How many leases an instance may hold: the projections over the live instances, rounded up. A projection that all the
 * others have given up is not shared: it comes on top, for else nobody would run it.
 */
final class FairShare {
    private FairShare() {}

    static int of(Instance self, Collection<String> projections, List<LeaseBoard.Sharing> sharing) {
        List<LeaseBoard.Sharing> others = sharing.stream()
                .filter(one -> !one.instance().id().equals(self.id()))
                .toList();
        if (others.isEmpty()) {
            return projections.size();
        }
        int onlyMine = (int) projections.stream()
                .filter(name ->
                        others.stream().allMatch(other -> other.givenUp().contains(name)))
                .count();
        int shared = projections.size() - onlyMine;
        int instances = others.size() + 1;
        return onlyMine + (shared + instances - 1) / instances;
    }
}
