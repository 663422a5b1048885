package io.millrace.projections;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one call of a handler, as it asks for them. For one thread. */
abstract class Collector implements Rows {
    private final String projection;
    private final List<ReadModel> readModels;
    private boolean open = true;

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
        ReadModel only = readModels.get(0);
        return new CollectedRow(this, only, KeyReader.read(projection, only, key));
    }

    @Override
    public final Table of(ReadModel readModel) {
        if (!readModels.contains(readModel)) {
            throw new InvalidProjectionException("projection " + projection + ": expected one of its read models "
                    + readModels.stream().map(ReadModel::table).toList() + ": readModel=" + readModel.table()
                    + ". Add it to into(…)");
        }
        return key -> new CollectedRow(this, readModel, KeyReader.read(projection, readModel, key));
    }

    /** What takes the changes of a row since the last raw statement. */
    abstract RowInHand inHand(ReadModel readModel, RowKey key);

    /** How many raw statements came before. */
    abstract int segment();

    final String projection() {
        return projection;
    }

    final void close() {
        open = false;
    }

    /** Throws once the handler has returned. */
    final void requireOpen() {
        if (!open) {
            throw new IllegalStateException("projection " + projection
                    + ": expected changes while the handler runs, and it has returned. Ask for them before it does");
        }
    }
}
