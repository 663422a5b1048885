package io.millrace.embedded;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server in this process that speaks EventStoreDB's gRPC protocol: for development and tests, not for production.
 *
 * <p>The official client and the stubs generated from the protocol work against it unchanged. What it covers, and where
 * it stops, is listed in the module's README. Thread-safe.
 */
public final class EmbeddedEventStore implements AutoCloseable {
    private static final Duration GRACE = Duration.ofMillis(100);

    private final GrpcServer server;
    private final Faults faults;
    private final boolean systemProjections;
    private final String credentials;
    private final Optional<Tls> tls;
    private volatile Store store;
    private @Nullable Long restoreTo;

    private EmbeddedEventStore(Builder settings) {
        this.systemProjections = settings.systemProjections;
        this.store = Store.open(settings.dataFolder, systemProjections);
        this.credentials = settings.users.entrySet().stream()
                .findFirst()
                .map(user -> encoded(user.getKey()) + ":" + encoded(user.getValue()) + "@")
                .orElse("");
        this.tls = settings.tls;
        this.server = listen(settings);
        this.faults = new Faults(this, server);
    }

    private GrpcServer listen(Builder settings) {
        try {
            return new GrpcServer(
                    () -> store, settings.port, settings.maxAppendBytes, new Users(settings.users), settings.tls);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** In memory, on a free port, in plain text, with system projections. */
    public static EmbeddedEventStore start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * What the Java client parses: {@code esdb://127.0.0.1:PORT?tls=false}; with TLS {@code ?tls=true&tlsVerifyCert=false},
     * with users the first one's name and password, encoded, before the address.
     */
    public String connectionString() {
        return "esdb://" + credentials + GrpcServer.HOST + ":" + port()
                + (tls.isPresent() ? "?tls=true&tlsVerifyCert=false" : "?tls=false");
    }

    /** The certificate that this server shows, in PEM, for clients that want to verify it; empty without TLS. */
    public Optional<String> certificate() {
        return tls.map(Tls::certificate);
    }

    /** Stays the same over restarts. */
    public int port() {
        return server.port();
    }

    /** The switches by which a test makes this server misbehave. */
    public Faults faults() {
        return faults;
    }

    /** The commit position of the newest record in {@code $all}, system events included; 0 when there is none. */
    public long lastPosition() {
        return store.log().lastPosition();
    }

    /**
     * How many records that had been acknowledged were missing from the data folder when it was opened: above zero only
     * where the file's end was torn, by a power cut or by hand. They are gone; what was before them is there.
     */
    public long recordsLost() {
        return store.disk().map(DiskStore::lost).orElse(0L);
    }

    public boolean isRunning() {
        return server.isRunning();
    }

    /** Stops as a server does on SIGTERM, in a hurry: GOAWAY, then the connections close. The data stays. */
    public void stop() {
        stop(GRACE);
    }

    /** Like {@link #stop()}, staying silent for this long between GOAWAY and the end; a real server takes 5 s. */
    public void stop(Duration silence) {
        server.stop(silence);
    }

    /** Ends as a server does on SIGKILL: all connections are cut at once, no word is said. The data stays. */
    public void kill() {
        server.kill();
    }

    /** Starts again on the same port with the same data, or with what {@link Faults#forgetAfter} left of it. */
    public void restart() {
        if (server.isRunning()) {
            stop();
        }
        Long position = restoreTo;
        if (position != null) {
            restoreTo = null;
            store = store.upTo(position, systemProjections);
        }
        server.start();
    }

    LogWriter writer() {
        return store.writer();
    }

    void restoreAtRestart(long position) {
        restoreTo = position;
    }

    /** Stops, and frees everything; in memory, the data is gone. */
    @Override
    public void close() {
        server.close();
        store.close();
    }

    /** Settings of an {@link EmbeddedEventStore}. */
    public static final class Builder {
        private static final int DEFAULT_MAX_APPEND_BYTES = 1 << 20;
        private static final int LARGEST_MAX_APPEND_BYTES = 16 << 20;

        private int port;
        private boolean systemProjections = true;
        private final Map<String, String> users = new LinkedHashMap<>();
        private Optional<Tls> tls = Optional.empty();
        private Optional<Path> dataFolder = Optional.empty();
        private int maxAppendBytes = DEFAULT_MAX_APPEND_BYTES;

        private Builder() {}

        /** Where to listen, on 127.0.0.1; 0, the default, is a free port. */
        public Builder port(int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException("a port from 0 to 65535 was expected: port=" + value);
            }
            port = value;
            return this;
        }

        /** Whether {@code $ce-…}, {@code $et-…}, {@code $category-…} and {@code $streams} are written; on by default. */
        public Builder systemProjections(boolean value) {
            systemProjections = value;
            return this;
        }

        /**
         * Keeps the events in this folder, which is made when it is missing, and begins with what is in it. What was
         * acknowledged survives the end of the process, however it comes; by default everything is in memory only. The
         * events are in memory all the same: the heap bounds how many there can be.
         */
        public Builder dataFolder(Path folder) {
            dataFolder = Optional.of(folder);
            return this;
        }

        /** How large one append may be, all its events together; 1 MiB by default, 16 MiB at most. */
        public Builder maxAppendSize(int bytes) {
            if (bytes < 1 || bytes > LARGEST_MAX_APPEND_BYTES) {
                throw new IllegalArgumentException("1 to 16777216 bytes were expected: maxAppendSize=" + bytes);
            }
            maxAppendBytes = bytes;
            return this;
        }

        /**
         * Asks for this user's password from now on, at every call but gossip and server features; by default nobody is
         * asked. Every user is an administrator.
         */
        public Builder user(String name, String password) {
            if (name.isEmpty() || name.contains(":")) {
                throw new IllegalArgumentException("a user's name without colon was expected: name=" + name);
            }
            users.put(name, password);
            return this;
        }

        /** Speaks TLS only, with a certificate for {@code localhost} and 127.0.0.1 that is made and signed here. */
        public Builder tls() {
            tls = Optional.of(Tls.selfSigned());
            return this;
        }

        /** Speaks TLS only, with this certificate (or chain) and its key (PKCS#8), both PEM. */
        public Builder tls(Path certificate, Path key) {
            tls = Optional.of(Tls.read(certificate, key));
            return this;
        }

        /**
         * Starts it with these settings; can be called again.
         *
         * @throws IllegalArgumentException if the data folder cannot be used
         * @throws java.io.UncheckedIOException if the port is taken
         */
        public EmbeddedEventStore start() {
            return new EmbeddedEventStore(this);
        }
    }
}
