package io.millrace.sql;

import io.millrace.checkpoint.Position;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Positions as the checkpoint table keeps them: {@code commit/prepare} in {@code $all}, a revision in a stream. */
final class PositionText {
    private PositionText() {}

    static String of(Position position) {
        return position.toString();
    }

    /** @throws SQLException if somebody has put something else there */
    static Optional<Position> parse(@Nullable String text) throws SQLException {
        if (text == null) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        try {
            return Optional.of(
                    slash < 0
                            ? Position.inStream(Long.parseLong(text))
                            : Position.inLog(
                                    Long.parseLong(text.substring(0, slash)),
                                    Long.parseLong(text.substring(slash + 1))));
        } catch (IllegalArgumentException e) {
            throw new SQLException(
                    "expected a revision, or commit/prepare of the log, as the position of a checkpoint: \"" + text
                            + "\". Somebody else wrote it: put back what it was, or empty the read model and set it to NULL",
                    SqlFailure.NO_POSITION,
                    e);
        }
    }
}
