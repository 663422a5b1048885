package io.millrace.it.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A network between a projector and a server, which fails as a test wants it. Thread-safe. */
final class TcpProxy implements AutoCloseable {
    private static final int CHUNK = 8 << 10;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final Queue<Link> links = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytesUntilHalt = new AtomicLong(UNLIMITED);
    private volatile int target;
    private volatile long delayNanos;
    private volatile long bytesPerSecond = UNLIMITED;
    private volatile boolean stalled;
    private volatile boolean refusing;

    private TcpProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    static TcpProxy to(int port) {
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            start("accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Where connections that are opened from now on lead to. */
    void leadTo(int port) {
        target = port;
    }

    /** Ends all connections; new ones work. */
    void cut() {
        links.forEach(Link::cut);
    }

    /** Whether connections, old and new, are ended at once. */
    void refuse(boolean whether) {
        refusing = whether;
        if (whether) {
            cut();
        }
    }

    /** Nothing is passed on any more in either direction, on old and on new connections, and nobody is told. */
    void stall() {
        stalled = true;
    }

    /** The connections that are open now pass nothing on any more, for good; new ones work. */
    void haltOpenOnes() {
        links.forEach(Link::halt);
    }

    /** The connection on which the byte after so many others goes to the server passes nothing on any more, for good. */
    void haltAfter(long bytes) {
        bytesUntilHalt.set(bytes);
    }

    /** Whether {@link #haltAfter} has come to pass. */
    boolean hasHalted() {
        return bytesUntilHalt.get() < 0;
    }

    /** Each chunk of up to 8 KiB is passed on only after this time. */
    void delay(Duration time) {
        delayNanos = time.toNanos();
    }

    /** So many bytes a second, on each connection and in each direction. */
    void throttle(long bytes) {
        bytesPerSecond = bytes;
    }

    /** Ends {@link #stall}, {@link #delay} and {@link #throttle}; what was held back is passed on. */
    void heal() {
        stalled = false;
        delayNanos = 0;
        bytesPerSecond = UNLIMITED;
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            if (refusing) {
                client.close();
                continue;
            }
            try {
                Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
                links.add(link);
                start("to server", () -> link.forward(link.client, link.server, true));
                start("to client", () -> link.forward(link.server, link.client, false));
            } catch (IOException serverIsAway) {
                client.close();
            }
        }
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean halted;

        Link(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void forward(Socket from, Socket to, boolean toServer) throws IOException {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] chunk = new byte[CHUNK];
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    waitFor(length);
                    int passed = toServer ? upToHalt(length) : length;
                    out.write(chunk, 0, passed);
                    halted |= passed < length;
                    waitFor(0);
                }
            } finally {
                cut();
            }
        }

        private int upToHalt(int length) {
            if (bytesUntilHalt.get() == UNLIMITED || hasHalted()) {
                return length;
            }
            long left = bytesUntilHalt.addAndGet(-length);
            return left >= 0 ? length : (int) Math.max(0, length + left);
        }

        /** What a network does to so many bytes. */
        private void waitFor(int length) throws IOException {
            sleep(delayNanos + (bytesPerSecond == UNLIMITED ? 0 : TimeUnit.SECONDS.toNanos(length) / bytesPerSecond));
            while ((stalled || halted) && !client.isClosed()) {
                sleep(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }

        void halt() {
            halted = true;
        }

        void cut() {
            try {
                client.close();
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            links.remove(this);
        }
    }

    private static void sleep(long nanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private interface Body {
        void run() throws IOException;
    }

    private static void start(String name, Body body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        body.run();
                    } catch (IOException expectedAtTheEnd) {
                        // One side has ended: so has this direction.
                    }
                },
                "tcp proxy: " + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
