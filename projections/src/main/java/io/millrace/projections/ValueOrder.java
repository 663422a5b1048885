package io.millrace.projections;

/**
 * The order that min and max go by, as PostgreSQL has it: text by code point ({@code COLLATE "C"}), NaN above every
 * other number and equal to itself, -0 equal to 0, numerics by value.
 */
final class ValueOrder {
    private ValueOrder() {}

    @SuppressWarnings("unchecked") // normalised values of an ordered type are comparable with their like
    static int compare(ColumnType type, Object one, Object other) {
        return switch (type) {
            case DOUBLE -> compareDoubles((double) one, (double) other);
            case TEXT -> compareCodePoints((String) one, (String) other);
            default -> ((Comparable<Object>) one).compareTo(other);
        };
    }

    /** The greater of the two; of equals the first, as PostgreSQL's GREATEST. */
    static Object greatest(ColumnType type, Object first, Object second) {
        return compare(type, first, second) < 0 ? second : first;
    }

    /** The lesser of the two; of equals the first, as PostgreSQL's LEAST. */
    static Object least(ColumnType type, Object first, Object second) {
        return compare(type, first, second) > 0 ? second : first;
    }

    private static int compareDoubles(double one, double other) {
        if (one < other) {
            return -1;
        }
        if (one > other) {
            return 1;
        }
        return one == other ? 0 : Boolean.compare(Double.isNaN(one), Double.isNaN(other));
    }

    /** {@link String#compareTo} puts U+E000 to U+FFFF above the supplementary planes; UTF-8 bytes do not. */
    static int compareCodePoints(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean surrogateA = Character.isSurrogate(a);
                boolean surrogateB = Character.isSurrogate(b);
                return surrogateA == surrogateB ? Character.compare(a, b) : Boolean.compare(surrogateA, surrogateB);
            }
        }
        return Integer.compare(one.length(), other.length());
    }
}
