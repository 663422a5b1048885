package io.millrace.projections;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one call of a handler, as it asks for them. For one thread. */
abstract class Collector implements Rows {
    private static final int CLOSED = -1;

    private final String projection;
    private final List<ReadModel> readModels;
    /** How many raw statements came before; {@link #CLOSED} once the handler has returned. */
    private int segment;

    Collector(String projection, List<ReadModel> readModels) {
        this.projection = projection;
        this.readModels = readModels;
    }

    @Override
    public final Row row(@Nullable Object... key) {
        if (readModels.size() != 1) {
            throw new InvalidProjectionException("projection " + projection + ": expected one read model: "
                    + readModels.stream().map(ReadModel::table).toList() + ". Say which: rows.of(READ_MODEL).row(…)");
        }
        return open(readModels.get(0), key);
    }

    @Override
    public final Table of(ReadModel readModel) {
        if (!readModels.contains(readModel)) {
            throw new InvalidProjectionException("projection " + projection + ": expected one of its read models "
                    + readModels.stream().map(ReadModel::table).toList() + ": readModel=" + readModel.table()
                    + ". Add it to into(…)");
        }
        return key -> open(readModel, key);
    }

    private Row open(ReadModel readModel, @Nullable Object @Nullable [] key) {
        requireOpen();
        return collect(readModel, key);
    }

    /** The row with the key that a handler gives. */
    CollectedRow collect(ReadModel readModel, @Nullable Object @Nullable [] key) {
        return new CollectedRow(this, readModel, KeyReader.read(projection, readModel, key), null);
    }

    /** What takes the changes of a row since the last raw statement. */
    abstract RowInHand inHand(ReadModel readModel, RowKey key);

    /** Another one than before after a raw statement, and once the handler has returned. */
    final int segment() {
        return segment;
    }

    /** After a raw statement all rows begin anew. */
    final void nextSegment() {
        segment++;
    }

    final String projection() {
        return projection;
    }

    final void close() {
        segment = CLOSED;
    }

    /** Throws once the handler has returned. */
    final void requireOpen() {
        if (segment == CLOSED) {
            throw new IllegalStateException("projection " + projection
                    + ": expected changes while the handler runs, and it has returned. Ask for them before it does");
        }
    }
}
