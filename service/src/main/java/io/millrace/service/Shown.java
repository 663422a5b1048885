package io.millrace.service;

import org.jspecify.annotations.Nullable;

/** How values are shown to people, where that is not how they are written. */
final class Shown {
    private Shown() {}

    /** A position: a dash for none, and one number where commit and prepare are the same, as they mostly are. */
    static String position(@Nullable String position) {
        if (position == null) {
            return "-";
        }
        int slash = position.indexOf('/');
        boolean twice = slash > 0 && position.substring(0, slash).equals(position.substring(slash + 1));
        return twice ? position.substring(0, slash) : position;
    }
}
