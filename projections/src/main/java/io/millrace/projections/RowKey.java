package io.millrace.projections;

import java.util.List;

/**
 * Which row: the normalised values of the key columns, in their order. Two keys of a read model are equal if PostgreSQL
 * says so. Immutable; looked up once for each change of a row, so its hash code is kept.
 */
public final class RowKey implements Comparable<RowKey> {
    private final List<Object> values;
    private final int hashCode;

    public RowKey(List<Object> values) {
        this.values = List.copyOf(values);
        this.hashCode = this.values.hashCode();
    }

    public List<Object> values() {
        return values;
    }

    /** Orders keys of one read model, always in the same way, so that two writers lock rows in the same order. */
    @Override
    @SuppressWarnings("unchecked") // normalised values of one column have one type, and that is comparable
    public int compareTo(RowKey other) {
        for (int i = 0; i < values.size(); i++) {
            int order = ((Comparable<Object>) values.get(i)).compareTo(other.values.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof RowKey that && hasSameValues(that));
    }

    /** A list compares with iterators; most keys have one value. */
    private boolean hasSameValues(RowKey that) {
        if (hashCode != that.hashCode) {
            return false;
        }
        boolean single = values.size() == 1 && that.values.size() == 1;
        return single ? values.get(0).equals(that.values.get(0)) : values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return hashCode;
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
