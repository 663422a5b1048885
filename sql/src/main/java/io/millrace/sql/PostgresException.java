package io.millrace.sql;

import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/** Says in a sentence why PostgreSQL cannot be used, for the person who operates the projector. */
public class PostgresException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is; decides whether to try again and how the program ends. */
    public enum Kind {
        /** Nobody answers, or the server cannot take another connection now; trying again can help. */
        UNREACHABLE,
        /** User, password or database were refused; trying again does not help. */
        DENIED,
        /** The two sides do not agree on encryption, or a certificate was refused. */
        TLS,
        /** The settings are wrong. */
        CONFIGURATION,
        /** Reached, but it refused what was asked: a missing table or right, as a rule. */
        FAILED
    }

    private final Kind kind;

    public PostgresException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Why a connection could not be opened. */
    static PostgresException connecting(SQLException e) {
        Kind kind = kindOfConnectFailure(e);
        String what = switch (kind) {
            case UNREACHABLE -> "PostgreSQL cannot be reached: ";
            case DENIED -> "PostgreSQL refused the login, check user, password and database: ";
            case TLS ->
                "PostgreSQL and we do not agree on encryption, check certificates and the URL's sslmode"
                        + " (verify-full unless it says otherwise, or the server is on this machine): ";
            case CONFIGURATION -> "The settings for PostgreSQL are wrong: ";
            case FAILED -> "PostgreSQL refused the connection: ";
        };
        return new PostgresException(kind, what + oneLine(e) + Pooler.advice(oneLine(e)), e);
    }

    /** Why something that was asked over an open connection failed. */
    static PostgresException asking(String what, SQLException e) {
        SQLException root = root(e);
        boolean unreachable = SqlFailure.of(root).passes() || e instanceof SQLTransientConnectionException;
        return new PostgresException(
                unreachable ? Kind.UNREACHABLE : Kind.FAILED,
                what + " (SQLSTATE " + SqlFailure.state(root) + "): " + oneLine(e),
                e);
    }

    private static Kind kindOfConnectFailure(SQLException e) {
        SQLException root = root(e);
        String state = SqlFailure.state(root);
        boolean byServer = root instanceof PSQLException p && p.getServerErrorMessage() != null;
        if (isTls(root) || (state.equals("08004") && !byServer) || saysNoEncryption(root)) {
            return Kind.TLS;
        }
        if (state.startsWith("28") || state.equals("3D000") || state.equals("42501")) {
            return Kind.DENIED;
        }
        return SqlFailure.of(root).passes() || state.isEmpty() ? Kind.UNREACHABLE : Kind.FAILED;
    }

    /** A pool says that it timed out; why is in what it wraps. */
    private static SQLException root(SQLException e) {
        Throwable at = e;
        SQLException root = e;
        while (at != null) {
            if (at instanceof PSQLException found) {
                root = found;
            }
            at = at.getCause();
        }
        return root;
    }

    /** What a certificate or a protocol says will be said again; a server that goes away in a handshake will be back. */
    private static boolean isTls(Throwable e) {
        boolean refused = isSaidByTlsOfDriver(e);
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof EOFException || at instanceof SocketException || at instanceof SocketTimeoutException) {
                return false;
            }
            refused |= at instanceof SSLException || at instanceof GeneralSecurityException;
        }
        return refused;
    }

    /** A wrong host name or a missing certificate file is told from a lost connection by nothing but where it was said. */
    private static boolean isSaidByTlsOfDriver(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(LibPQFactory.class.getPackageName());
    }

    /** A server that takes encrypted connections only has no line for others in its pg_hba.conf. */
    private static boolean saysNoEncryption(SQLException e) {
        return SqlFailure.state(e).equals("28000")
                && e instanceof PSQLException p
                && p.getServerErrorMessage() != null
                && "ClientAuthentication".equals(p.getServerErrorMessage().getRoutine())
                && String.valueOf(e.getMessage()).contains("no encryption");
    }

    private static String oneLine(SQLException e) {
        return String.valueOf(root(e).getMessage()).strip().replaceAll("\\s*\\n\\s*", " ");
    }
}
