package io.millrace.sql;

import org.jspecify.annotations.Nullable;

/**
 * Says why a projection must not be started (or reset) on this database as it is: the difference, and the ways out.
 * Nothing was written.
 */
public class StartRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What does not fit. */
    public enum Reason {
        /** We may not create what is missing; the message has the statements for an administrator. */
        RIGHTS_MISSING,
        /** The schema {@code millrace} was made by a newer version of the program. */
        NEWER_SCHEMA,
        /** There is a checkpoint, but the table that it speaks of is gone. */
        TABLE_MISSING,
        /** There is no checkpoint, but the table has rows already. */
        ROWS_WITHOUT_CHECKPOINT,
        /** Source, handled types or columns are not those that the checkpoint was reached with. */
        DEFINITION_CHANGED,
        /** The existing table has another key, other types or another nullability. */
        TABLE_DIFFERS,
        /** The table belongs to another projection. */
        TABLE_OF_ANOTHER_PROJECTION,
        /** Another writer is running. */
        WRITER_RUNNING,
        /** Another one has taken the projection over since we took its lease. */
        LEASE_LOST,
        /** The connections that we need are more than we may open. */
        TOO_FEW_CONNECTIONS
    }

    private final Reason reason;

    public StartRefusedException(Reason reason, String message) {
        this(reason, message, null);
    }

    public StartRefusedException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
