package io.millrace.sql;

import io.millrace.batching.CommitOutcome;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/**
 * What an SQLSTATE says about a flush (PostgreSQL's appendix "Error Codes"): is it the moment, the data, or neither?
 */
enum SqlFailure {
    /** Connection, contention, resources, shutdown, read-only: trying again can help. */
    UNAVAILABLE,
    /** Given up at a limit of time: a smaller flush can help. */
    TOO_SLOW,
    /** What the events hold. */
    REJECTED,
    /** The checkpoint did not stand where we left it. */
    FENCED,
    /** Anything else: tables, rights, statements. */
    FAILED;

    static final String CHECKPOINT_ELSEWHERE = "MR001";
    /** The flush was planned for numbers that are far from the ends of their ranges, and one is not. */
    static final String PLAN_EXACTLY = "MR002";
    /** Ours, not the server's: what stands where a position should is none. */
    static final String NO_POSITION = "MR003";

    /**
     * A statement was cancelled, at {@code statement_timeout} as a rule (which of several reasons it was is told in the
     * server's language only); a transaction reached {@code transaction_timeout}.
     */
    private static final Set<String> LIMITS_OF_TIME = Set.of("57014", "25P04");
    /** Classes: connection; transaction rollback; insufficient resources; operator intervention; system error. */
    private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "40", "53", "57", "58");
    /** Not available now: a lock, an object in use; a read-only transaction (a standby, a full disk); idle too long. */
    private static final Set<String> TRANSIENT_STATES = Set.of("55P03", "55006", "25006", "25P03");

    /** A deadlock, and a lock that did not come in time. */
    private static final Set<String> CONTENTION = Set.of("40P01", "55P03");

    /** A row is there already; a relation of a kind that takes no merge; a column is gone, and an upsert says of which table. */
    private static final Set<String> MERGE_ONLY = Set.of("23505", "0A000", "42809", "42703");

    /** Where PostgreSQL writes files. */
    private static final Set<String> STORAGE_SOURCES = Set.of("md.c", "fd.c", "buffile.c", "slru.c", "xlog.c");

    static SqlFailure of(SQLException e) {
        String state = state(e);
        if (state.equals(CHECKPOINT_ELSEWHERE)) {
            return FENCED;
        }
        if (LIMITS_OF_TIME.contains(state)) {
            return TOO_SLOW;
        }
        String errorClass = state.substring(0, Math.min(2, state.length()));
        if (TRANSIENT_CLASSES.contains(errorClass) || TRANSIENT_STATES.contains(state) || isStorage(e)) {
            return UNAVAILABLE;
        }
        return errorClass.equals("22") || errorClass.equals("23") ? REJECTED : FAILED;
    }

    /** A quota or a limit of files has no SQLSTATE of its own (XX000); who says it has a name in every language. */
    private static boolean isStorage(SQLException e) {
        return state(e).equals("XX000")
                && e instanceof PSQLException answer
                && answer.getServerErrorMessage() != null
                && STORAGE_SOURCES.contains(
                        String.valueOf(answer.getServerErrorMessage().getFile()));
    }

    /** Whether trying the same again can help. */
    boolean passes() {
        return this == UNAVAILABLE || this == TOO_SLOW;
    }

    static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    /** A standby, or a session that began while the database was set to take no writes. */
    static boolean isReadOnly(SQLException e) {
        return state(e).equals("25006");
    }

    /** Whether an upsert may pass where this merge was refused, or would say more. */
    static boolean mayBeOfMerge(SQLException e) {
        return MERGE_ONLY.contains(state(e));
    }

    /** Whether the server, or we, waited no longer; as the error is that lost a connection. */
    static boolean isLimitOfTime(SQLException e) {
        if (LIMITS_OF_TIME.contains(state(e))) {
            return true;
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Whether the server itself said so. If its session still answers then, the transaction did not commit. */
    static boolean isServersAnswer(SQLException e) {
        return e instanceof PSQLException answer && answer.getServerErrorMessage() != null;
    }

    /** The error in one sentence, with what can be done about it. */
    static String describe(SQLException e, String projection) {
        String state = state(e);
        String message = String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\n\\s*", " ");
        return "PostgreSQL refused the flush of projection " + projection + " (SQLSTATE " + state + "): " + message
                + mend(state);
    }

    private static String mend(String state) {
        return switch (state) {
            case "42P01", "42703", "3F000" ->
                ". A table or column of the read model is gone: restore it, or start again from the beginning with"
                        + " `millrace replay --from-start`";
            case "25006" ->
                ". The server takes no writes now: it is a standby, or default_transaction_read_only is set (as some"
                        + " providers do when the disk is full); it is tried again until it does";
            case "53100" -> ". The disk is full: make room; it is tried again until there is some";
            case "53300" -> ". Too many connections; it is tried again until there is one";
            case "57014", "25P04" ->
                ". Raise statement_timeout or transaction_timeout of the role, or make batch-size smaller";
            case "42501" -> ". Grant the rights; `millrace schema --print` shows which";
            case "42P10" -> ". The table has no primary key any more: restore it";
            case "42804", "42883" -> ". A column's type was changed: restore it, or start again from the beginning";
            default -> "";
        };
    }

    CommitOutcome asOutcome(SQLException e, String projection) {
        String message = describe(e, projection);
        return switch (this) {
            case REJECTED -> new CommitOutcome.Rejected(state(e), message, e);
            case TOO_SLOW -> new CommitOutcome.TooSlow(message, e);
            case UNAVAILABLE -> new CommitOutcome.Unavailable(message, e, CONTENTION.contains(state(e)));
            case FENCED -> new CommitOutcome.Fenced(message);
            case FAILED -> new CommitOutcome.Failed(message, e);
        };
    }
}
