package io.millrace.eventstore;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The threads and the security of all connections to one store. Calls are answered on its input/output threads, where
 * nothing may block.
 */
final class Transport implements AutoCloseable {
    /** What the official client takes as well: an append of up to 16 MiB, the most that a server can be set to. */
    static final int MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

    private static final String THREADS = "millrace-eventstore";
    private static final int CONNECT_TIMEOUT_MS = 3_000;
    private static final long STOP_SECONDS = 5;

    private final ConnectionSettings settings;
    private final Optional<SslContext> security;
    private final EventLoopGroup threads;
    private final ExecutorService nameLookups;
    private final ScheduledThreadPoolExecutor timer;

    /** @throws IllegalArgumentException when certificate files cannot be used */
    Transport(ConnectionSettings settings) {
        this.settings = settings;
        this.security = settings.tls() ? Optional.of(security(settings)) : Optional.empty();
        this.threads = new NioEventLoopGroup(0, threadsFor(settings, "io"));
        this.nameLookups = Executors.newCachedThreadPool(threadsFor(settings, "lookup"));
        this.timer = new ScheduledThreadPoolExecutor(1, threadsFor(settings, "timer"));
        timer.setRemoveOnCancelPolicy(true);
    }

    private static ThreadFactory threadsFor(ConnectionSettings settings, String purpose) {
        return new DefaultThreadFactory(THREADS + "-" + settings.hosts().get(0) + "-" + purpose, true);
    }

    private static SslContext security(ConnectionSettings settings) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            if (settings.userCertificate().size() == 2) {
                builder.keyManager(
                        new File(settings.userCertificate().get(0)),
                        new File(settings.userCertificate().get(1)));
            }
            settings.caFile().ifPresent(file -> builder.trustManager(new File(file)));
            if (!settings.verifiesCertificate()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "expected usable certificate files in the connection string: tlsCaFile="
                            + settings.caFile().orElse("(none)") + ", userCertFile and userKeyFile="
                            + settings.userCertificate(),
                    unusable);
        }
    }

    ConnectionSettings settings() {
        return settings;
    }

    /** For what is done later, and for what must not be done on the caller's thread. */
    ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    /** A new connection to this node, made when it is first used; whoever asks for it shuts it down. */
    ManagedChannel channel(Endpoint node) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(node.host(), node.port())
                .eventLoopGroup(threads)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .offloadExecutor(nameLookups)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(millis(settings.keepAliveInterval()), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(millis(settings.keepAliveTimeout()), TimeUnit.MILLISECONDS)
                .disableRetry();
        security.ifPresentOrElse(builder::sslContext, builder::usePlaintext);
        return builder.build();
    }

    private static long millis(Optional<Duration> duration) {
        return duration.map(Duration::toMillis).orElse(Long.MAX_VALUE);
    }

    /** Runs something where calls are answered. */
    void execute(Runnable action) {
        threads.execute(action);
    }

    /** Ends all threads, at once; waits for their end unless it is called by one of them. */
    @Override
    public void close() {
        timer.shutdownNow();
        nameLookups.shutdownNow();
        var stopped = threads.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
        if (!Thread.currentThread().getName().startsWith(THREADS)) {
            stopped.awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
