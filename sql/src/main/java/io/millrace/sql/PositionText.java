package io.millrace.sql;

import io.millrace.checkpoint.Position;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Positions as the checkpoint table keeps them: {@code commit/prepare} in {@code $all}, a revision in a stream. */
final class PositionText {
    private PositionText() {}

    static String of(Position position) {
        return position.toString();
    }

    static Optional<Position> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        return Optional.of(
                slash < 0
                        ? Position.inStream(Long.parseLong(text))
                        : Position.inLog(
                                Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1))));
    }
}
