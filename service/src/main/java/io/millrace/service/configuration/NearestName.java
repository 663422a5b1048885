package io.millrace.service.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what somebody probably meant. */
public final class NearestName {
    private NearestName() {}

    /** The known name that is nearest to this one; empty if none is near enough to be a slip. */
    public static Optional<String> to(String name, Collection<String> known) {
        int slips = Math.max(1, name.length() / 3);
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= slips)
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The end of a sentence about an unknown name. */
    public static String didYouMean(String name, Collection<String> known) {
        return to(name, known)
                .map(nearest -> "; did you mean `" + nearest + "`?")
                .orElseGet(() -> known.isEmpty()
                        ? "; there are none"
                        : "; known are "
                                + String.join(", ", known.stream().sorted().toList()));
    }

    private static int distance(String one, String other) {
        return LevenshteinDistance.getDefaultInstance()
                .apply(one.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
    }
}
