package io.millrace.embedded;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Finds out who calls. Wrong credentials are "unauthenticated"; who gives none is let in and may do nothing but the calls
 * that need none: the others refuse it, after they have looked at what was asked for, as the real server does.
 */
final class AuthenticationInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Users users;

    AuthenticationInterceptor(Users users) {
        this.users = users;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String given = headers.get(AUTHORIZATION);
        if (!users.areKnown()) {
            return next.startCall(call, headers);
        }
        if (given != null && !users.accept(given)) {
            FaultInterceptor.close(call, Refusals.unauthenticated());
            return new ServerCall.Listener<>() {};
        }
        Access access = given == null ? Access.NOBODY : Access.ADMINISTRATOR;
        return Contexts.interceptCall(Context.current().withValue(Access.OF_CALL, access), call, headers, next);
    }
}
