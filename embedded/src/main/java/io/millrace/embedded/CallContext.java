package io.millrace.embedded;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What a streaming call works with.
 *
 * @param access what the caller may do
 * @param requiresLeader whether the client insists on the leader's answer
 */
record CallContext(
        EventLog log,
        ServerCallStreamObserver<WireBuffer> client,
        Executor executor,
        FaultGate gate,
        Access access,
        boolean requiresLeader) {
    /** What a follower answers, where this server is to act as one and the client insists on the leader. */
    Optional<RuntimeException> redirect() {
        return gate.redirect(requiresLeader);
    }
}
