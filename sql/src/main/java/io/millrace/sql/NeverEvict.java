package io.millrace.sql;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Keeps the pool from closing a connection because of an SQLSTATE: whoever uses it decides whether it can go on, and
 * discards it if not. (The pool would end it for "feature not supported", which may be a user's own statement.)
 */
final class NeverEvict implements SQLExceptionOverride {
    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException e) {
        return SQLExceptionOverride.Override.DO_NOT_EVICT;
    }
}
