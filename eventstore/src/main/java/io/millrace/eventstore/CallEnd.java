package io.millrace.eventstore;

import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What the end of a call means for whoever made it. The answers are those recorded from EventStoreDB 24.6: not-leader
 * comes as NOT_FOUND, a position between two records as INVALID_ARGUMENT to a subscription and as UNKNOWN to a read.
 */
sealed interface CallEnd {

    /** The node is not the leader. */
    record NotLeader(Optional<Endpoint> leader, EventSourceException cause) implements CallEnd {}

    /** Trying again can help. */
    record Passing(EventSourceException cause) implements CallEnd {}

    /** Trying again does not help. */
    record Lasting(EventSourceException cause) implements CallEnd {}

    EventSourceException cause();

    /** Whether the store has no record where one was read. */
    default boolean saysOtherHistory() {
        return this instanceof Lasting lasting && lasting.cause().kind() == Kind.OTHER_HISTORY;
    }

    /**
     * Reads the status of a call that was made to the store so called.
     *
     * @param target how the error names the store
     */
    static CallEnd of(Status status, Metadata trailers, String target) {
        Trailers said = new Trailers(trailers);
        String store = "the event store at " + target;
        return switch (status.getCode()) {
            case OK -> passing(store + " ended the call", status);
            case UNAUTHENTICATED ->
                lasting(
                        Kind.DENIED,
                        store + " refused the user name or the password; check the connection string",
                        status);
            case PERMISSION_DENIED ->
                lasting(Kind.DENIED, store + " denied access; use credentials that may read what is asked for", status);
            case FAILED_PRECONDITION ->
                said.isException("stream-deleted")
                        ? lasting(Kind.INVALID, "the stream " + said.streamName() + " was deleted for good", status)
                        : passing(store + " failed: " + text(status), status);
            case INVALID_ARGUMENT ->
                isInvalidPosition(status)
                        ? noSuchPosition(store, status)
                        : lasting(Kind.INVALID, store + " refused the request: " + text(status), status);
            case UNIMPLEMENTED ->
                lasting(
                        Kind.INVALID,
                        "no event store answers at " + target + ", but something else: " + text(status),
                        status);
            case RESOURCE_EXHAUSTED ->
                isTooLarge(status)
                        ? lasting(
                                Kind.INVALID,
                                "an event of " + store + " is larger than the "
                                        + Transport.MAX_MESSAGE_BYTES / (1024 * 1024) + " MiB that can be received",
                                status)
                        : passing(store + " is overloaded: " + text(status), status);
            case UNKNOWN ->
                isInvalidPosition(status)
                        ? noSuchPosition(store, status)
                        : passing(store + " failed: " + text(status), status);
            case DEADLINE_EXCEEDED -> passing(store + " did not answer in time", status);
            case UNAVAILABLE -> unavailable(status, target);
            default ->
                said.isException("not-leader")
                        ? notLeader(said, store, status)
                        : passing(store + " failed: " + text(status), status);
        };
    }

    private static CallEnd notLeader(Trailers said, String store, Status status) {
        return new NotLeader(
                said.leader(), exception(Kind.UNREACHABLE, store + " is not the leader of its cluster", status));
    }

    private static CallEnd noSuchPosition(String store, Status status) {
        return lasting(
                Kind.OTHER_HISTORY,
                store + " has no event where the checkpoint says: it holds another history, or was restored;"
                        + " replay from the start, or connect to the store that the checkpoint belongs to",
                status);
    }

    private static CallEnd unavailable(Status status, String target) {
        if (isTlsMismatch(status)) {
            return lasting(
                    Kind.DENIED,
                    "no TLS connection with the event store at " + target + ": " + rootText(status)
                            + "; check tls, tlsCaFile and tlsVerifyCert in the connection string",
                    status);
        }
        String hint =
                rootText(status).contains("Network closed") ? "; should it stay so: does the server expect TLS?" : "";
        return passing("the event store at " + target + " cannot be reached: " + rootText(status) + hint, status);
    }

    private static CallEnd passing(String sentence, Status status) {
        return new Passing(exception(Kind.UNREACHABLE, sentence, status));
    }

    private static CallEnd lasting(Kind kind, String sentence, Status status) {
        return new Lasting(exception(kind, sentence, status));
    }

    private static EventSourceException exception(Kind kind, String sentence, Status status) {
        return status.isOk()
                ? new EventSourceException(kind, sentence)
                : new EventSourceException(kind, sentence, status.asRuntimeException());
    }

    private static boolean isInvalidPosition(Status status) {
        String text = text(status).toLowerCase(Locale.ROOT);
        return text.contains("invalid position") || text.contains("invalidposition");
    }

    private static boolean isTooLarge(Status status) {
        return text(status).contains("exceeds maximum size");
    }

    /** Servers that restart break handshakes off; only what a certificate or a protocol says will be said again. */
    private static boolean isTlsMismatch(Status status) {
        if (rootText(status).contains("First received frame was not SETTINGS")) {
            return true;
        }
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            boolean byCertificate = cause instanceof GeneralSecurityException;
            boolean byProtocol = cause instanceof SSLException
                    && (cause.getClass().getSimpleName().equals("NotSslRecordException")
                            || String.valueOf(cause.getMessage()).contains("alert"));
            if (byCertificate || byProtocol) {
                return true;
            }
        }
        return false;
    }

    private static String text(Status status) {
        return Objects.requireNonNullElse(
                status.getDescription(), status.getCode().toString());
    }

    private static String rootText(Status status) {
        Throwable cause = status.getCause();
        if (cause == null) {
            return text(status);
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return Objects.requireNonNullElse(cause.getMessage(), text(status));
    }

    /** What a server says beside the status. */
    record Trailers(Metadata metadata) {
        boolean isException(String name) {
            return name.equals(get("exception"));
        }

        String streamName() {
            return get("stream-name");
        }

        Optional<Endpoint> leader() {
            String port = get("leader-endpoint-port");
            return get("leader-endpoint-host").isEmpty() || !port.matches("[1-9][0-9]{0,4}")
                    ? Optional.empty()
                    : Optional.of(new Endpoint(get("leader-endpoint-host"), Integer.parseInt(port)));
        }

        String get(String name) {
            String value = metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
            return value == null ? "" : value;
        }
    }
}
