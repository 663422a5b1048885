package io.millrace.eventstore;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** Where a node of the store listens: host name or address, and port. */
record Endpoint(String host, int port) {
    static final int DEFAULT_PORT = 2113;

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1|(0:){7}1");

    Endpoint {
        Objects.requireNonNull(host, "host");
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("expected a host and a port from 1 to 65535: host=" + host + ", port="
                    + port + "; write it as host:port");
        }
    }

    /** Reads {@code host}, {@code host:port}, {@code [ipv6]} or {@code [ipv6]:port}. */
    static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']');
        String host = hasPort ? text.substring(0, colon) : text;
        String plainHost = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            return new Endpoint(plainHost, hasPort ? Integer.parseInt(text.substring(colon + 1)) : DEFAULT_PORT);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("expected host:port in the connection string: host=" + text, notANumber);
        }
    }

    /** Whether nobody can stand in between, as far as the text tells. */
    boolean isThisMachine() {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether both name the same node, as far as the text tells. */
    boolean isSameAs(Endpoint other) {
        return port == other.port && host.toLowerCase(Locale.ROOT).equals(other.host.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
