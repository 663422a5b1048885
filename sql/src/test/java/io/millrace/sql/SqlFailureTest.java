package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a flush for each class of SQLSTATE: only 22 and 23 are ever the events' own fault. */
class SqlFailureTest {

    @ParameterizedTest
    @ValueSource(strings = {"22000", "22003", "22021", "22P02", "22P05", "23000", "23502", "23503", "23505", "23514"})
    void theEventsThemselvesAreRefused(String state) {
        assertThat(outcome(state)).isInstanceOf(CommitOutcome.Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({
        "08000, connection",
        "08006, connection failure",
        "08P01, protocol violation",
        "40001, serialization failure",
        "40P01, deadlock",
        "40003, completion unknown",
        "53000, insufficient resources",
        "53100, disk full",
        "53200, out of memory",
        "53300, too many connections",
        "57P01, shut down by an administrator",
        "57P02, crash of another process",
        "57P03, starting up",
        "57P05, idle too long",
        "58000, system error",
        "58030, input/output error",
        "25006, a standby or default_transaction_read_only",
        "25P03, idle in a transaction",
        "55006, object in use",
        "55P03, lock not available"
    })
    void whatPassesIsTriedAgain(String state, String what) {
        assertThat(outcome(state)).as(what).isInstanceOf(CommitOutcome.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"57014", "25P04"})
    void aLimitOfTimeIsTriedAgainInSmallerParts(String state) {
        assertThat(outcome(state)).isInstanceOf(CommitOutcome.TooSlow.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'', no state",
        "0A000, not supported",
        "21000, a row twice",
        "25001, active transaction",
        "25P02, failed transaction",
        "28000, login",
        "28P01, password",
        "2D000, transaction termination",
        "34000, cursor",
        "3D000, no such database",
        "3F000, no such schema",
        "42501, no right",
        "42601, syntax",
        "42703, no such column",
        "42804, wrong type",
        "42883, no such function",
        "42P01, no such table",
        "42P10, no such constraint",
        "44000, check option of a view",
        "54000, limit of the program",
        "55000, object not in the state for it",
        "F0000, configuration file",
        "P0001, raised by a function of the user",
        "XX000, internal error",
        "XX001, data corrupted"
    })
    void everythingElseStopsAndIsNeverBlamedOnAnEvent(String state, String what) {
        assertThat(outcome(state)).as(what).isInstanceOf(CommitOutcome.Failed.class);
    }

    @Test
    void aCheckpointElsewhereIsFenced() {
        assertThat(outcome("MR001")).isInstanceOf(CommitOutcome.Fenced.class);
    }

    @Test
    void anAnswerThatDidNotComeInTimeIsALimitOfTime() {
        SQLException lost = new SQLException("I/O error", "08006", new SocketTimeoutException("Read timed out"));
        assertThat(SqlFailure.isLimitOfTime(lost)).isTrue();
        assertThat(SqlFailure.isLimitOfTime(new SQLException("I/O error", "08006")))
                .isFalse();
    }

    private static CommitOutcome outcome(String state) {
        SQLException error = new SQLException("because of a test", state);
        return SqlFailure.of(error).asOutcome(error, "p");
    }
}
