package io.millrace.embedded;

import io.grpc.Context;

/**
 * Whether a caller may do something to a stream. Without users everybody may do everything; with users, who gave a
 * password may do what an administrator may, and nobody else anything.
 */
enum Access {
    EVERYBODY,
    ADMINISTRATOR,
    NOBODY;

    /** The access of the call under way. */
    static final Context.Key<Access> OF_CALL = Context.keyWithDefault("access", EVERYBODY);

    enum Action {
        READ,
        WRITE,
        DELETE
    }

    /** Throws "access denied"; even an administrator writes no {@code $all} and deletes no metadata stream. */
    void check(Action action, String stream) {
        boolean isSenseless = stream.isEmpty()
                || (action != Action.READ && stream.equals("$all"))
                || (action == Action.DELETE && stream.startsWith("$$"));
        if (this == NOBODY || (this == ADMINISTRATOR && isSenseless)) {
            throw Refusals.accessDenied();
        }
    }
}
