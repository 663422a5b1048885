package io.millrace.service.configuration;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Both ways to write where PostgreSQL is: the driver's, {@code jdbc:postgresql://host/database}, and the one that psql
 * takes, {@code postgresql://user:password@host/database}, whose user and password the driver would take for a host.
 */
record PostgresUrl(String jdbc, Optional<String> user, Optional<String> password) {
    private static final Pattern URL = Pattern.compile("(?:jdbc:)?postgres(?:ql)?://(?:([^/]*)@)?(.*)");

    static PostgresUrl parse(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new ConfigurationException(
                    "`postgres.url` must look like jdbc:postgresql://host:5432/database, or postgresql://…");
        }
        if (parts.group(2).split("\\?", 2)[0].indexOf('@') >= 0) {
            throw new ConfigurationException(
                    "`postgres.url`: a / in user or password is written %2F, an @ in the" + " database's name %40");
        }
        String jdbc = "jdbc:postgresql://" + parts.group(2);
        String[] login = parts.group(1) == null ? new String[0] : parts.group(1).split(":", 2);
        return new PostgresUrl(
                jdbc,
                login.length > 0 ? Optional.of(decoded(login[0])) : Optional.empty(),
                login.length > 1 ? Optional.of(decoded(login[1])) : Optional.empty());
    }

    private static String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without its cause: that one quotes the password.
            throw new ConfigurationException("`postgres.url`: a % in user or password is written %25");
        }
    }

    @Override
    public String toString() {
        return "postgres.url";
    }
}
