package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A flush that several projections share, and what became of it: the checkpoints of all of them moved, or none did. */
final class SharedFlush {
    private final Rig rig;
    private volatile List<Long> before = List.of();

    SharedFlush(Rig rig) {
        this.rig = rig;
    }

    /** PostgreSQL has nothing of it yet. */
    void begins() {
        try {
            before = rig.sharedFlushNumbers();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** To be asked while nobody else writes. */
    boolean wasCommitted() throws SQLException {
        List<Long> after = rig.sharedFlushNumbers();
        assertThat(after).hasSameSizeAs(before).hasSizeGreaterThan(1);
        Set<Long> moves = IntStream.range(0, after.size())
                .mapToObj(i -> after.get(i) - before.get(i))
                .collect(Collectors.toSet());
        assertThat(moves)
                .as("moves of each checkpoint: " + before + " -> " + after)
                .hasSize(1);
        assertThat(moves).isSubsetOf(Set.of(0L, 1L));
        return moves.contains(1L);
    }
}
