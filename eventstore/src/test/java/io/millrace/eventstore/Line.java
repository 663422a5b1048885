package io.millrace.eventstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A network line to a server: it can be cut half-open, or be thin. */
final class Line implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final Collection<Way> ways = new ConcurrentLinkedQueue<>();
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

    Line(int serverPort) {
        this.serverPort = serverPort;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    String connectionString(String parameters) {
        return "esdb://127.0.0.1:" + port() + "?tls=false" + parameters;
    }

    /** What is connected now hears nothing more from the other side, and no end either; new connections work. */
    void cutHalfOpen() {
        ways.forEach(way -> way.swallows = true);
    }

    /** Each direction of each connection lets so many bytes pass in a second. */
    void narrowTo(int bytes) {
        bytesPerSecond = bytes;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            for (Way way : new Way[] {new Way(client, server), new Way(server, client)}) {
                ways.add(way);
                start(way::forward);
            }
        }
    }

    /** One direction of a connection. */
    private final class Way {
        private final Socket from;
        private final Socket to;
        private volatile boolean swallows;

        Way(Socket from, Socket to) {
            this.from = from;
            this.to = to;
        }

        private void forward() throws IOException {
            try (from) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[4096];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (!swallows) {
                        out.write(buffer, 0, read);
                        pace(read);
                    }
                }
            } finally {
                if (!swallows) {
                    to.close();
                }
            }
        }

        private void pace(int bytes) {
            try {
                Thread.sleep(1000L * bytes / bytesPerSecond);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Body {
        void run() throws IOException;
    }

    private static void start(Body body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        body.run();
                    } catch (IOException ended) {
                        // One side closed its socket: this direction is over.
                    }
                },
                "line");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Way way : ways) {
            way.from.close();
            way.to.close();
        }
    }
}
