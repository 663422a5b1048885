package io.millrace.embedded;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** The errors that EventStoreDB sends, with the trailers by which clients tell them apart. */
final class Refusals {
    private Refusals() {}

    static StatusRuntimeException handlerThrew() {
        return Status.UNKNOWN
                .withDescription("Exception was thrown by handler.")
                .asRuntimeException();
    }

    static StatusRuntimeException invalid(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException unexpected(String result) {
        return Status.UNKNOWN.withDescription("Unexpected " + result).asRuntimeException();
    }

    static StatusRuntimeException streamDeleted(String stream) {
        return Status.FAILED_PRECONDITION
                .withDescription("Event stream '" + stream + "' is deleted.")
                .asRuntimeException(trailers("exception", "stream-deleted", "stream-name", stream));
    }

    static StatusRuntimeException deleteAtWrongRevision(String stream, long expected, long actual) {
        return Status.FAILED_PRECONDITION
                .withDescription("Delete failed due to WrongExpectedVersion. Stream: " + stream + ", Expected version: "
                        + expected + ", Actual version: " + actual)
                .asRuntimeException(trailers(
                        "exception",
                        "wrong-expected-version",
                        "expected-version",
                        Long.toString(expected),
                        "stream-name",
                        stream,
                        "actual-version",
                        Long.toString(actual)));
    }

    static StatusRuntimeException appendTooLarge(int limit) {
        return Status.INVALID_ARGUMENT
                .withDescription("Maximum Append Size of " + limit + " Exceeded.")
                .asRuntimeException(trailers(
                        "exception", "maximum-append-size-exceeded", "maximum-append-size", Integer.toString(limit)));
    }

    static StatusRuntimeException missingMetadata(String property) {
        return Status.INVALID_ARGUMENT
                .withDescription("Required Metadata Property '" + property + "' is missing")
                .asRuntimeException(trailers(
                        "exception",
                        "missing-required-metadata-property",
                        "required-metadata-properties",
                        "type,content-type"));
    }

    static StatusRuntimeException notLeader(String leaderHost, int leaderPort) {
        return Status.NOT_FOUND
                .withDescription("Leader info available")
                .asRuntimeException(trailers(
                        "exception",
                        "not-leader",
                        "leader-endpoint-host",
                        leaderHost,
                        "leader-endpoint-port",
                        Integer.toString(leaderPort)));
    }

    static StatusRuntimeException cancelled() {
        return Status.CANCELLED.withDescription("Cancelled by a fault switch").asRuntimeException();
    }

    static StatusRuntimeException diskFailed() {
        return Status.UNAVAILABLE
                .withDescription("The embedded event store can't write its data folder")
                .asRuntimeException();
    }

    static StatusRuntimeException notReady() {
        return Status.UNAVAILABLE.withDescription("Server Is Not Ready").asRuntimeException();
    }

    static StatusRuntimeException accessDenied() {
        return Status.PERMISSION_DENIED
                .withDescription("Access Denied")
                .asRuntimeException(trailers("exception", "access-denied"));
    }

    static StatusRuntimeException unauthenticated() {
        return Status.UNAUTHENTICATED.withDescription("Unauthenticated").asRuntimeException();
    }

    private static Metadata trailers(String... namesAndValues) {
        Metadata trailers = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            trailers.put(Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER), namesAndValues[i + 1]);
        }
        return trailers;
    }
}
