package io.millrace.it.faults;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the projector and PostgreSQL, reads the frames of their protocol (version 3, unencrypted) and calls
 * when a certain flush is at a certain step. While the call lasts, nothing is passed on of what belongs to a later step.
 */
final class FlushProxy implements AutoCloseable {
    private static final byte[] PG_FLUSH = {'H', 0, 0, 0, 4};
    private static final byte[] MERGES_CHECKPOINT =
            "MERGE INTO millrace.checkpoints AS c USING".getBytes(StandardCharsets.UTF_8);
    private static final byte[] UPDATES_CHECKPOINT =
            "UPDATE millrace.checkpoints AS c SET position".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OF_SEVERAL = "SELECT millrace.move_checkpoints(".getBytes(StandardCharsets.UTF_8);
    private static final int PARSE = 'P';
    private static final int BIND = 'B';
    private static final int READY_FOR_QUERY = 'Z';

    /** How far a flush has come. */
    enum Step {
        /** The projector has begun to send it; it goes on its way. */
        BEGUN,
        /** The projector has sent it; PostgreSQL has nothing of it. */
        BEFORE_SEND,
        /** PostgreSQL has executed the first half of it. */
        HALF_SENT,
        /** PostgreSQL has all of it, and may be at any point of it. */
        SENT,
        /** PostgreSQL has committed and answered; the projector has nothing of the answer. */
        COMMITTED,
        /** The projector has the answer but for its end. */
        BEFORE_ACKNOWLEDGEMENT
    }

    private final ServerSocket listener;
    private final int target;
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    /** What is to happen, and when. */
    private static final class Trap {
        private final boolean onlyShared;
        private final Step step;
        private final Runnable before;
        private final Runnable action;
        private int flushesBefore;

        Trap(int flushesBefore, boolean onlyShared, Step step, Runnable before, Runnable action) {
            this.flushesBefore = flushesBefore;
            this.onlyShared = onlyShared;
            this.step = step;
            this.before = before;
            this.action = action;
        }
    }

    /** What a message to the server has of a flush. */
    private enum Content {
        NO_FLUSH,
        FLUSH,
        /** Moves the checkpoints of several projections. */
        SHARED_FLUSH
    }

    private FlushProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    static FlushProxy to(int port) {
        try {
            FlushProxy proxy = new FlushProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            start("accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Once, {@code action} is run when the flush after so many others is at this step. */
    void at(int flushesBefore, Step step, Runnable action) {
        trap.set(new Trap(flushesBefore, false, step, () -> {}, action));
    }

    /**
     * Once, {@code action} is run when the flush after so many others is at this step; of those that several projections
     * share, where these are meant.
     *
     * @param before is run before PostgreSQL has anything of it
     */
    void at(int flushesBefore, boolean onlyShared, Step step, Runnable before, Runnable action) {
        trap.set(new Trap(flushesBefore, onlyShared, step, before, action));
    }

    /** How many flushes have come from the projector so far. */
    int begun() {
        return begun.get();
    }

    /** How many of them have been answered to the projector, to the last byte or nearly so. */
    int answered() {
        return answered.get();
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
            start("to server", link::forward);
            start("to client", link::back);
        }
    }

    /** One connection. What is read from the client up to a Sync is passed on as a whole. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private final Map<String, Content> statements = new HashMap<>();
        private volatile @Nullable Trap answerTrap;
        private volatile boolean awaitsFlush;
        private volatile boolean answerIsLost;

        Link(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void forward() throws IOException {
            try (server) {
                DataInputStream in = reader(client);
                OutputStream out = server.getOutputStream();
                byte[] startUp = startUp(in);
                out.write(startUp);
                List<byte[]> group = new ArrayList<>();
                while (true) {
                    byte[] frame = frame(in);
                    group.add(frame);
                    if (frame[0] != PARSE && !isExtended(frame[0])) {
                        pass(group, out);
                        group = new ArrayList<>();
                    }
                }
            }
        }

        private void pass(List<byte[]> group, OutputStream out) throws IOException {
            Content content = content(group);
            if (content != Content.NO_FLUSH) {
                begun.incrementAndGet();
                awaitsFlush = true;
            }
            Trap mine = sprung(content);
            if (mine == null) {
                out.write(joined(group));
                return;
            }
            mine.before.run();
            switch (mine.step) {
                case BEGUN -> {
                    mine.action.run();
                    out.write(joined(group));
                }
                case BEFORE_SEND -> mine.action.run();
                case HALF_SENT -> {
                    out.write(joined(group.subList(0, group.size() / 2)));
                    out.write(PG_FLUSH);
                    mine.action.run();
                }
                case SENT -> {
                    answerIsLost = true;
                    out.write(joined(group));
                    mine.action.run();
                }
                case COMMITTED, BEFORE_ACKNOWLEDGEMENT -> {
                    answerTrap = mine;
                    out.write(joined(group));
                }
            }
        }

        private Content content(List<byte[]> group) {
            Content content = Content.NO_FLUSH;
            for (byte[] frame : group) {
                Content its = Content.NO_FLUSH;
                if (frame[0] == PARSE) {
                    its = parsed(frame);
                    statements.put(text(frame, 5), its);
                } else if (frame[0] == BIND) {
                    String portal = text(frame, 5);
                    its = statements.getOrDefault(text(frame, 6 + portal.length()), Content.NO_FLUSH);
                }
                content = its == Content.NO_FLUSH ? content : its;
            }
            return content;
        }

        private Content parsed(byte[] parse) {
            if (contains(parse, OF_SEVERAL)) {
                return Content.SHARED_FLUSH;
            }
            boolean moves = contains(parse, MERGES_CHECKPOINT) || contains(parse, UPDATES_CHECKPOINT);
            return moves ? Content.FLUSH : Content.NO_FLUSH;
        }

        void back() throws IOException {
            try (client) {
                DataInputStream in = reader(server);
                OutputStream out = client.getOutputStream();
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                while (true) {
                    byte[] frame = frame(in);
                    if (answerIsLost) {
                        continue;
                    }
                    Trap mine = answerTrap;
                    if (mine != null && frame[0] == READY_FOR_QUERY) {
                        answerTrap = null;
                        if (mine.step == Step.BEFORE_ACKNOWLEDGEMENT) {
                            out.write(answer.toByteArray());
                        }
                        mine.action.run();
                        return;
                    }
                    if (awaitsFlush && frame[0] == READY_FOR_QUERY) {
                        awaitsFlush = false;
                        answered.incrementAndGet();
                    }
                    answer.writeBytes(frame);
                    if (mine == null && (in.available() == 0 || answer.size() > 1 << 16)) {
                        out.write(answer.toByteArray());
                        answer.reset();
                    }
                }
            }
        }
    }

    private synchronized @Nullable Trap sprung(Content content) {
        Trap set = trap.get();
        if (set == null
                || content == Content.NO_FLUSH
                || (set.onlyShared && content != Content.SHARED_FLUSH)
                || set.flushesBefore-- > 0) {
            return null;
        }
        trap.set(null);
        return set;
    }

    /** Those that are executed only at the next Sync: Bind, Close, Describe, Execute. */
    private static boolean isExtended(int type) {
        return type == BIND || type == 'C' || type == 'D' || type == 'E';
    }

    private static DataInputStream reader(Socket socket) throws IOException {
        return new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** The first message has no type. */
    private static byte[] startUp(DataInputStream in) throws IOException {
        int length = in.readInt();
        return ByteBuffer.allocate(length)
                .putInt(length)
                .put(in.readNBytes(length - 4))
                .array();
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        return ByteBuffer.allocate(1 + length)
                .put((byte) type)
                .putInt(length)
                .put(in.readNBytes(length - 4))
                .array();
    }

    private static byte[] joined(List<byte[]> frames) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        frames.forEach(whole::writeBytes);
        return whole.toByteArray();
    }

    /** Up to the next NUL. */
    private static String text(byte[] frame, int from) {
        int end = from;
        while (frame[end] != 0) {
            end++;
        }
        return new String(frame, from, end - from, StandardCharsets.UTF_8);
    }

    private static boolean contains(byte[] whole, byte[] part) {
        for (int at = 0; at + part.length <= whole.length; at++) {
            if (ByteBuffer.wrap(whole, at, part.length).equals(ByteBuffer.wrap(part))) {
                return true;
            }
        }
        return false;
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
                "flush proxy: " + name);
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
    }
}
