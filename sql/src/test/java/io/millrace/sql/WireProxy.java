package io.millrace.sql;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between the driver and PostgreSQL, reads the frames of their protocol (version 3, unencrypted), counts them,
 * and cuts the connection where a test wants it cut.
 */
final class WireProxy implements AutoCloseable {
    /** What happens to the next flush. (Without its Sync alone it would be executed all the same.) */
    enum Fault {
        NONE,
        /** The server gets it and answers; the answer is lost with the connection. */
        LOSE_ANSWER,
        /** The server gets the first half of it, and sees the connection end. */
        CUT_IN_HALF,
        /** The server gets the first half of it, and does not notice that the client is gone. */
        LEAVE_HALF
    }

    private static final byte[] FLUSH = {'H', 0, 0, 0, 4};
    private static final int PARSE = 'P';
    private static final int SYNC = 'S';
    private static final int SIMPLE_QUERY = 'Q';
    private static final int READY_FOR_QUERY = 'Z';

    private final ServerSocket listener;
    private final int target;
    private final Collection<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final Collection<Socket> clients = new ConcurrentLinkedQueue<>();
    private final AtomicLong parses = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong queries = new AtomicLong();
    private final AtomicLong readies = new AtomicLong();
    private volatile Fault fault = Fault.NONE;
    private volatile boolean refusing;

    private WireProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    static WireProxy to(int port) {
        try {
            WireProxy proxy = new WireProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            start("accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many frames of each kind went by. */
    record Counts(long parses, long syncs, long simpleQueries, long readyForQueries) {
        Counts minus(Counts before) {
            return new Counts(
                    parses - before.parses,
                    syncs - before.syncs,
                    simpleQueries - before.simpleQueries,
                    readyForQueries - before.readyForQueries);
        }
    }

    Counts counts() {
        return new Counts(parses.get(), syncs.get(), queries.get(), readies.get());
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Makes something go wrong, once. */
    void failNextFlush(Fault next) {
        fault = next;
    }

    /** Whether new connections are refused. */
    void refuse(boolean whether) {
        refusing = whether;
    }

    /** Ends the clients' side of all connections; the server does not notice yet. */
    void cutClients() {
        clients.forEach(WireProxy::closeQuietly);
        clients.clear();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            client.setTcpNoDelay(
                    true); // each frame is written by itself: else the second would wait for an acknowledgement
            if (refusing) {
                client.close();
                continue;
            }
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            clients.add(client);
            sockets.addAll(List.of(client, server));
            start("to server", () -> forward(client, server, new Pair(client, server)));
            start("to client", () -> {
                try (client) { // when the server ends a connection, its client must notice
                    back(server, client);
                }
            });
        }
    }

    private record Pair(Socket client, Socket server) {
        void cut() throws IOException {
            client.close();
            server.close();
        }
    }

    private void forward(Socket from, Socket to, Pair pair) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream(), 1 << 16));
        OutputStream out = to.getOutputStream();
        to.setTcpNoDelay(true);
        int length = in.readInt(); // the start-up message has no type
        out.write(ByteBuffer.allocate(4).putInt(length).array());
        out.write(in.readNBytes(length - 4));
        List<byte[]> held = new ArrayList<>();
        while (true) {
            int type = in.readUnsignedByte();
            byte[] frame = frame(type, in);
            boolean holds = fault == Fault.CUT_IN_HALF || fault == Fault.LEAVE_HALF;
            if (holds && type != SYNC) {
                held.add(frame);
                continue;
            }
            if (holds && !held.isEmpty()) {
                for (byte[] first : held.subList(0, held.size() / 2)) {
                    out.write(first);
                }
                out.write(FLUSH);
                out.flush();
                boolean leaves = fault == Fault.LEAVE_HALF;
                fault = Fault.NONE;
                if (leaves) {
                    from.close();
                } else {
                    pair.cut();
                }
                return;
            }
            count(type);
            out.write(frame);
        }
    }

    private void count(int type) {
        if (type == PARSE) {
            parses.incrementAndGet();
        } else if (type == SYNC) {
            syncs.incrementAndGet();
        } else if (type == SIMPLE_QUERY) {
            queries.incrementAndGet();
        }
    }

    private void back(Socket from, Socket to) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream(), 1 << 16));
        OutputStream out = to.getOutputStream();
        while (true) {
            int type = in.readUnsignedByte();
            byte[] frame = frame(type, in);
            if (type == READY_FOR_QUERY) {
                readies.incrementAndGet();
                if (fault == Fault.LOSE_ANSWER) {
                    fault = Fault.NONE;
                    new Pair(to, from).cut();
                    return;
                }
            }
            if (!to.isClosed()) { // a server that was left alone may talk on
                out.write(frame);
            }
        }
    }

    private static byte[] frame(int type, DataInputStream in) throws IOException {
        int length = in.readInt();
        return ByteBuffer.allocate(1 + length)
                .put((byte) type)
                .putInt(length)
                .put(in.readNBytes(length - 4))
                .array();
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
                        // One side closed its socket: this direction is over.
                    }
                },
                "wire proxy: " + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
