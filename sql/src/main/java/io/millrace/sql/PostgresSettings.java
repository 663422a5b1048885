package io.millrace.sql;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where PostgreSQL is, and as whom and into which schema we write there.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://host:port/database?…}; what it says about TLS is obeyed, what it does not
 *     say is verified
 * @param user empty to leave it to the URL
 * @param password empty to leave it to the URL or {@code ~/.pgpass}; never printed
 * @param schema where the read models' tables are
 */
public record PostgresSettings(
        String url, Optional<String> user, Optional<String> password, String schema, FlushTimeouts timeouts) {

    private static final Pattern SOCKET_TIMEOUT = Pattern.compile("[?&]socketTimeout=([1-9][0-9]{0,5})(?=&|$)");

    public PostgresSettings {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(timeouts, "timeouts");
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "expected a URL like jdbc:postgresql://localhost:5432/postgres: url=" + withoutPassword(url));
        }
        Identifiers.quoted(schema);
    }

    /** A {@code socketTimeout} in the URL, in seconds, shortens or lengthens all that a flush waits for. */
    public static PostgresSettings of(String url, String user, String password, String schema) {
        return new PostgresSettings(
                url,
                Optional.of(user).filter(name -> !name.isEmpty()),
                Optional.of(password).filter(secret -> !secret.isEmpty()),
                schema,
                timeouts(url));
    }

    private static FlushTimeouts timeouts(String url) {
        Matcher seconds = SOCKET_TIMEOUT.matcher(url);
        return seconds.find()
                ? FlushTimeouts.within(Duration.ofSeconds(Long.parseLong(seconds.group(1))))
                : FlushTimeouts.DEFAULT;
    }

    @Override
    public String toString() {
        return "PostgresSettings[url=" + withoutPassword(url) + ", user=" + user.orElse("") + ", schema=" + schema
                + "]";
    }

    private static String withoutPassword(String url) {
        return url.replaceAll("(?i)(password=)[^&]*", "$1***").replaceAll("//[^/@]*@", "//***@");
    }
}
