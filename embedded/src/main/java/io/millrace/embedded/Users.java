package io.millrace.embedded;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;

/** Who may call: names and passwords. Everyone who is known may do everything; streams' own rights are not looked at. */
final class Users {
    private static final String SCHEME = "Basic ";

    private final Map<String, String> passwords;

    Users(Map<String, String> passwords) {
        this.passwords = Map.copyOf(passwords);
    }

    boolean areKnown() {
        return !passwords.isEmpty();
    }

    /** Whether this {@code authorization} header names a user and the right password. */
    boolean accept(String authorization) {
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(authorization.substring(SCHEME.length()));
            String[] userAndPassword = new String(decoded, StandardCharsets.UTF_8).split(":", 2);
            return userAndPassword.length == 2 && isRight(userAndPassword[0], userAndPassword[1]);
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private boolean isRight(String user, String password) {
        String right = passwords.get(user);
        return right != null
                && MessageDigest.isEqual(
                        right.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
    }
}
