package io.millrace.sql;

import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.ReadModelBuilder;
import io.millrace.projections.Row;
import io.millrace.sql.MeasuredDatabase.Way;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeasuredDatabaseTest {
    private static final int COLUMNS = 5;
    private static final ReadModel WIDE = wide();
    private static final Projection PROJECTION = Fixtures.projection("wide", WIDE);

    private final TestDatabase database = TestDatabase.create();
    private final MeasuredDatabase measured = MeasuredDatabase.create(database.settings(), PROJECTION);

    @AfterEach
    void close() {
        measured.close();
    }

    private static ReadModel wide() {
        ReadModelBuilder wide = ReadModel.table("wide").key("id", TEXT);
        for (int column = 0; column < COLUMNS; column++) {
            wide.column("c" + column, INTEGER);
        }
        return wide.build();
    }

    /** What it would do in the midst of a run would be counted for that run, and its absence leaves dead tuples to count. */
    @Test
    void measuresTablesThatNoVacuumTouches() throws SQLException {
        assertThat(options("relname IN ('wide', 'checkpoints', 'flush_counts')"))
                .containsExactly(
                        "checkpoints {fillfactor=50,autovacuum_enabled=off}",
                        "flush_counts {fillfactor=50,autovacuum_enabled=off}",
                        "wide {autovacuum_enabled=off}");
    }

    private List<String> options(String which) throws SQLException {
        String url = database.url().replace("/" + database.name() + "?", "/" + measured.name() + "?");
        List<String> options = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT relname || ' ' || reloptions::text FROM pg_class WHERE relkind = 'r' AND " + which
                                + " ORDER BY relname")) {
            while (row.next()) {
                options.add(row.getString(1));
            }
        }
        return options;
    }

    /** Beyond its first shapes a planner gives all others one statement: what one way has met, the next must not know. */
    @Test
    void plansForEachWayAsIfItWereTheFirst() {
        int most = StatementPlanner.MAX_SHAPES;
        assertThat(statements(measured.committer(Way.STATEMENT_PER_SHAPE), shapes(0, most)))
                .isEqualTo(most + 1);

        assertThat(statements(measured.committer(Way.STATEMENT_PER_SHAPE), shapes(most, most + 2)))
                .isEqualTo(2 + 1);
    }

    private static int statements(BatchCommitter committer, Batch batch) {
        CommitOutcome outcome = committer.commit(batch);
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return ((CommitOutcome.Committed) outcome).statements();
    }

    /** A row of each of these shapes: of one after another the bits say which columns are set. */
    private static Batch shapes(int from, int to) {
        return Fixtures.batch(PROJECTION, 5, Fixtures.changes(WIDE, rows -> {
            for (int shape = from; shape < to; shape++) {
                Row row = rows.row("row-" + shape);
                for (int column = 0; column < COLUMNS; column++) {
                    if (((shape + 1) >> column & 1) == 1) {
                        row.set("c" + column, 1);
                    }
                }
            }
        }));
    }
}
