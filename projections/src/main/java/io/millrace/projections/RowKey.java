package io.millrace.projections;

import java.util.List;

/** Which row: the normalised values of the key columns, in their order. Two keys are equal if PostgreSQL says so. */
public record RowKey(List<Object> values) implements Comparable<RowKey> {
    public RowKey {
        values = List.copyOf(values);
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
}
