package io.millrace.embedded;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The server's threads, its port and the services on it; can be stopped and started again on the same port. */
final class GrpcServer implements AutoCloseable {
    static final String HOST = "127.0.0.1";
    private static final InetAddress LOOPBACK = loopback();
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(15);
    private static final Duration PORT_RETRY = Duration.ofMillis(50);

    /** What comes after the end is dropped: the calls that it belongs to are gone. */
    private final ExecutorService executor = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("embedded-eventstore", true),
            new ThreadPoolExecutor.DiscardPolicy());

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("embedded-eventstore-timer", true));
    private final EventLoopGroup eventLoops =
            new NioEventLoopGroup(2, new DefaultThreadFactory("embedded-eventstore-io", true));
    private final Connections connections = new Connections();
    private final FaultGate gate = new FaultGate(timer, connections::cutAndClose);
    private final StreamsService streams;
    private final Users users;
    private final Optional<Tls> tls;
    private final int port;
    private Server server;

    GrpcServer(Supplier<Store> store, int port, int maxAppendBytes, Users users, Optional<Tls> tls) {
        GrpcLogs.quieten();
        this.users = users;
        this.tls = tls;
        this.streams = new StreamsService(store, gate, executor, maxAppendBytes);
        this.port = port == 0 ? FreePort.find() : port;
        this.server = listen();
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes make an address", e);
        }
    }

    private Server listen() {
        ServerCredentials credentials = tls.map(Tls::credentials).orElseGet(InsecureServerCredentials::create);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(LOOPBACK, port), credentials)
                .bossEventLoopGroup(eventLoops)
                .workerEventLoopGroup(eventLoops)
                .channelFactory(connections::listen)
                .executor(executor)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(guarded(streams.definition()))
                .addService(guarded(new FeaturesService().bindService()))
                .addService(guarded(new GossipService(HOST, () -> port, gate).bindService()))
                .fallbackHandlerRegistry(new OtherCalls());
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException("a free port was expected: port=" + port + "; choose another or 0", e);
        }
    }

    private ServerServiceDefinition guarded(ServerServiceDefinition service) {
        // The last is asked first: a fault comes before a password.
        return ServerInterceptors.intercept(
                service, new AuthenticationInterceptor(users), new FaultInterceptor(gate, timer));
    }

    int port() {
        return port;
    }

    FaultGate gate() {
        return gate;
    }

    StreamsService streams() {
        return streams;
    }

    Connections connections() {
        return connections;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    boolean isRunning() {
        return !server.isShutdown();
    }

    void start() {
        if (isRunning()) {
            throw new IllegalStateException("a stopped server was expected: port=" + port + "; call stop() first");
        }
        gate.silent = false;
        gate.wakeHeld();
        server = listenAgain();
    }

    /** On a busy machine the operating system may still hold the port for a moment after the server's end. */
    private Server listenAgain() {
        long patienceEnds = System.nanoTime() + PORT_PATIENCE.toNanos();
        while (true) {
            try {
                return listen();
            } catch (UncheckedIOException e) {
                if (System.nanoTime() - patienceEnds > 0
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                sleep(PORT_RETRY);
            }
        }
    }

    /** Says GOAWAY, stays silent for so long, and closes the connections. */
    void stop(Duration silence) {
        gate.silent = true;
        server.shutdown();
        sleep(silence);
        connections.cut();
        awaitEnd();
    }

    /** Cuts the connections without a word. */
    void kill() {
        gate.silent = true;
        connections.cut();
        server.shutdownNow();
        connections.cut();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (isRunning()) {
            stop(Duration.ofMillis(20));
        }
        timer.shutdownNow();
        executor.shutdown();
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
