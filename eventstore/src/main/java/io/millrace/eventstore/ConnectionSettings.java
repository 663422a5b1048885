package io.millrace.eventstore;

import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.NodePreference;
import io.grpc.Metadata;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a connection string says. Its parameters are read by the official client's own parser; credentials and hosts are
 * read here, since that parser neither hands out the password nor takes ports above 32767 in a list of hosts. Never
 * prints the password.
 */
final class ConnectionSettings {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REQUIRES_LEADER =
            Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);
    /** gRPC itself pings no more often than every 10 s, whatever it is told: {@link SilenceWatch} asks earlier. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration APPEND_DEADLINE = Duration.ofSeconds(30);

    private final List<Endpoint> hosts;
    private final Optional<String> authorization;
    private final EventStoreDBClientSettings parameters;
    private final String query;

    private ConnectionSettings(
            List<Endpoint> hosts, Optional<String> authorization, EventStoreDBClientSettings parameters, String query) {
        this.hosts = hosts;
        this.authorization = authorization;
        this.parameters = parameters;
        this.query = query;
    }

    /**
     * Reads {@code esdb://user:password@host:port,host:port?key=value&…}, or {@code esdb+discover://…}; the newer
     * scheme names of KurrentDB mean the same.
     *
     * @throws IllegalArgumentException when it is something else; the message holds no credentials
     */
    static ConnectionSettings parse(String connectionString) {
        int schemeEnd = connectionString.indexOf("://");
        if (schemeEnd < 0) {
            throw new IllegalArgumentException("expected a connection string like esdb://localhost:2113?tls=false,"
                    + " or esdb+discover://…: it has no \"://\"");
        }
        String scheme = scheme(connectionString.substring(0, schemeEnd).trim());
        String rest = connectionString.substring(schemeEnd + 3).trim();
        int queryAt = rest.indexOf('?');
        String query = queryAt < 0 ? "" : rest.substring(queryAt + 1);
        String authority = queryAt < 0 ? rest : rest.substring(0, queryAt);
        int at = authority.lastIndexOf('@');
        return new ConnectionSettings(
                hosts(authority.substring(at + 1)),
                at < 0 ? Optional.empty() : Optional.of(basicAuthorization(authority.substring(0, at))),
                parameters(scheme, query),
                query.toLowerCase(Locale.ROOT));
    }

    private static String scheme(String given) {
        return switch (given.toLowerCase(Locale.ROOT)) {
            case "esdb", "kurrentdb", "kurrent", "kdb" -> "esdb";
            case "esdb+discover", "kurrentdb+discover", "kurrent+discover", "kdb+discover" -> "esdb+discover";
            default ->
                throw new IllegalArgumentException(
                        "expected a connection string that begins with esdb:// or esdb+discover://");
        };
    }

    private static List<Endpoint> hosts(String list) {
        String plain = list.endsWith("/") ? list.substring(0, list.length() - 1) : list;
        if (plain.isEmpty() || plain.indexOf('/') >= 0) {
            throw new IllegalArgumentException("expected one or more hosts and no path in the connection string;"
                    + " special characters in the password must be percent-encoded");
        }
        return Arrays.stream(plain.split(",", -1)).map(Endpoint::parse).toList();
    }

    private static String basicAuthorization(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
        byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            // Without its cause: that one quotes the password.
            throw new IllegalArgumentException("expected user name and password of the connection string to be"
                    + " percent-encoded: a % in them is written %25");
        }
    }

    private static EventStoreDBClientSettings parameters(String scheme, String query) {
        try {
            return EventStoreDBConnectionString.parseOrThrow(
                    scheme + "://localhost:" + Endpoint.DEFAULT_PORT + (query.isEmpty() ? "" : "?" + query));
        } catch (RuntimeException refused) {
            throw new IllegalArgumentException(
                    "expected known parameters in the connection string: " + refused.getMessage(), refused);
        }
    }

    /** The seeds, in the order in which they were given. */
    List<Endpoint> hosts() {
        return hosts;
    }

    /** Whether a node is chosen by asking the seeds who is who. */
    boolean discovers() {
        return parameters.isDnsDiscover() || hosts.size() > 1;
    }

    NodePreference nodePreference() {
        return parameters.getNodePreference();
    }

    boolean prefersLeader() {
        return parameters.getNodePreference() == NodePreference.LEADER;
    }

    boolean tls() {
        return parameters.isTls();
    }

    boolean verifiesCertificate() {
        return parameters.isTlsVerifyCert();
    }

    /** What weakens the connection, as the connection string asks for it; plain connections on this machine do not. */
    Optional<String> weakness() {
        if (!tls()) {
            return hosts.stream().allMatch(Endpoint::isThisMachine) ? Optional.empty() : Optional.of("tls=false");
        }
        return verifiesCertificate() ? Optional.empty() : Optional.of("tlsVerifyCert=false");
    }

    Optional<String> caFile() {
        return Optional.ofNullable(parameters.getTlsCaFile());
    }

    /** Certificate and key file of the user, in this order; empty if none was given. */
    List<String> userCertificate() {
        var certificate = parameters.getDefaultClientCertificate();
        return certificate == null ? List.of() : List.of(certificate.getCertFile(), certificate.getKeyFile());
    }

    /** How long a connection may be silent before it is pinged; empty if never. */
    Optional<Duration> keepAliveInterval() {
        return keepAlive("keepaliveinterval=", parameters.getKeepAliveInterval());
    }

    /** How long a ping may stay unanswered before the connection counts as lost; empty if for ever. */
    Optional<Duration> keepAliveTimeout() {
        return keepAlive("keepalivetimeout=", parameters.getKeepAliveTimeout());
    }

    private Optional<Duration> keepAlive(String parameter, long givenMs) {
        if (!query.contains(parameter)) {
            return Optional.of(KEEP_ALIVE);
        }
        return givenMs <= 0 || givenMs == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofMillis(givenMs));
    }

    /**
     * How long a reader waits. A connection string that sets the times of the keep-alive sets those of the question that
     * is asked after silence, too; one that turns it off turns off the pings alone: nothing else tells a deaf
     * subscription.
     */
    Patience patience() {
        return new Patience(
                deadline(),
                keepAliveInterval().orElse(KEEP_ALIVE),
                keepAliveTimeout().orElse(KEEP_ALIVE));
    }

    /** How long one append may take: many may be under way, and wait for the same disk. */
    Duration appendDeadline() {
        return parameters.getDefaultDeadline() == null ? APPEND_DEADLINE : deadline();
    }

    /** How long one answer may take. */
    Duration deadline() {
        Long givenMs = parameters.getDefaultDeadline();
        return givenMs == null ? DEADLINE : Duration.ofMillis(givenMs);
    }

    /** How long one seed may take to say who is who. */
    Duration gossipTimeout() {
        return Duration.ofMillis(parameters.getGossipTimeout());
    }

    /** The headers of a call: credentials, and whether only the leader may answer. */
    Metadata headers(boolean requiresLeader) {
        Metadata headers = new Metadata();
        authorization.ifPresent(value -> headers.put(AUTHORIZATION, value));
        if (requiresLeader) {
            headers.put(REQUIRES_LEADER, "true");
        }
        return headers;
    }

    /** How errors name the store: its hosts, nothing secret. */
    @Override
    public String toString() {
        return String.join(",", hosts.stream().map(Endpoint::toString).toList());
    }
}
