package io.millrace.embedded;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets in who gives a known user's password. No credentials at all are "access denied", wrong ones "unauthenticated", as
 * the real server has it; some calls need none.
 */
final class AuthenticationInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Users users;
    private final boolean anonymous;

    /** With {@code anonymous}, credentials may be missing, but not be wrong. */
    AuthenticationInterceptor(Users users, boolean anonymous) {
        this.users = users;
        this.anonymous = anonymous;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String given = headers.get(AUTHORIZATION);
        if (!users.areKnown() || (given == null ? anonymous : users.accept(given))) {
            return next.startCall(call, headers);
        }
        FaultInterceptor.close(call, given == null ? Refusals.accessDenied() : Refusals.unauthenticated());
        return new ServerCall.Listener<>() {};
    }
}
