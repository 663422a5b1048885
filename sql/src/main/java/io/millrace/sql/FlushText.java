package io.millrace.sql;

import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a flush sends: its statements and the move of its checkpoints, as one string; and what is bound to it.
 *
 * @param flush what is written
 * @param writer who writes
 * @param manner in which way
 * @param perTransaction what a lent session's transaction begins with; else empty
 */
record FlushText(Flush flush, Writer writer, Manner manner, String perTransaction) {
    private static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

    /**
     * The way in which a flush is sent.
     *
     * @param begins whether it says where its transaction begins and ends
     * @param merges whether rows are merged, else upserted
     * @param endsMerging whether its session leaves off merging with it
     * @param goesOn see {@link CheckpointMove}
     * @param movesByMerge whether the checkpoint is merged, too
     */
    record Manner(boolean begins, boolean merges, boolean endsMerging, boolean goesOn, boolean movesByMerge) {
        private boolean isSameAs(Manner that) {
            return begins == that.begins
                    && merges == that.merges
                    && endsMerging == that.endsMerging
                    && goesOn == that.goesOn
                    && movesByMerge == that.movesByMerge;
        }
    }

    /** All that the text depends on, so that most flushes need not put it together. */
    record Key(
            List<String> texts,
            Manner manner,
            Writer writer,
            String projection,
            long epoch,
            FlushReason reason,
            int moves) {

        /**
         * As {@link #equals}, which a record has made of method handles: those took 20 µs of each live event until Java's
         * second compiler had seen some 8,000 of them.
         */
        boolean isSameAs(Key that) {
            return texts.equals(that.texts)
                    && manner.isSameAs(that.manner)
                    && Objects.equals(writer, that.writer) // the same, as a rule
                    && projection.equals(that.projection)
                    && epoch == that.epoch
                    && reason == that.reason
                    && moves == that.moves;
        }
    }

    Key key() {
        Flush.Move first = flush.moves().get(0);
        List<String> texts = new ArrayList<>(flush.plan().statements().size());
        for (StatementPlan.Planned planned : flush.plan().statements()) {
            texts.add(planned.text(manner.merges()));
        }
        return new Key(
                texts,
                manner,
                writer,
                first.from().projection(),
                first.from().epoch(),
                first.batch().reason(),
                flush.moves().size());
    }

    String text() {
        StringBuilder text = new StringBuilder(manner.begins() ? BEGIN : "");
        if (!perTransaction.isEmpty()) {
            text.append(';').append(perTransaction);
        }
        if (manner.endsMerging()) {
            text.append(';').append(SessionSettings.PLAN_FREELY); // undone with the flush, if that fails
        }
        for (StatementPlan.Planned planned : flush.plan().statements()) {
            // On a line of its own: a user's statement may end in a comment.
            text.append(text.isEmpty() ? "" : "\n;").append(planned.text(manner.merges()));
        }
        text.append(text.isEmpty() ? "" : "\n;")
                .append(CheckpointMoves.text(flush, writer, manner.goesOn(), manner.movesByMerge()));
        return text.append(manner.begins() ? ";COMMIT" : "").toString();
    }

    /** Binds {@link #text}. */
    void bind(Connection connection, PreparedStatement statement) throws SQLException {
        int next = bind(connection, statement, flush.plan(), manner.merges());
        CheckpointMoves.bind(connection, statement, next, flush, writer);
    }

    /** Binds a plan's own parameters, from the first one on; returns where the next ones begin. */
    static int bind(Connection connection, PreparedStatement statement, StatementPlan plan, boolean merges)
            throws SQLException {
        int at = 1;
        for (StatementPlan.Planned planned : plan.statements()) {
            boolean ofOneRow = merges && planned.merge().ofOneRow();
            for (Parameter parameter : planned.parameters()) {
                bind(connection, statement, at++, parameter, ofOneRow);
            }
        }
        return at;
    }

    private static void bind(
            Connection connection, PreparedStatement statement, int at, Parameter parameter, boolean ofOneRow)
            throws SQLException {
        if (parameter instanceof Parameter.Values values) {
            if (ofOneRow) {
                SqlValues.bind(statement, at, values.type(), values.values().get(0));
            } else {
                statement.setArray(at, SqlArrays.of(connection, values));
            }
        } else if (parameter instanceof Parameter.Bytes bytes) {
            statement.setArray(at, SqlArrays.of(connection, bytes));
        } else {
            RawStatement.bind(statement, at, ((Parameter.Raw) parameter).value());
        }
    }
}
