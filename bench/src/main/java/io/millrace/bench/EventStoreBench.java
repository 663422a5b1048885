package io.millrace.bench;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * What the embedded event store does in a second, seen by a client in another process on the same machine: appends, and
 * the raw drain of what they wrote, without and with the links of the system projections.
 *
 * <p>The rounds of a series share a server, so that the later ones find it warm.
 */
public final class EventStoreBench {
    private static final String DRAINED = "Measured";
    private static final String OTHER = "Other";
    private static final int PER_CALL = 500;
    private static final int SINGLES = 10_000;

    private final int rounds;
    private final int events;

    private EventStoreBench(int rounds, int events) {
        if (rounds < 1 || events < rounds * PER_CALL) {
            throw new IllegalArgumentException("at least a round, and " + PER_CALL + " events for each, were expected:"
                    + " rounds=" + rounds + ", events=" + events);
        }
        this.rounds = rounds;
        this.events = events;
    }

    /**
     * Measures, and prints each round as it ends.
     *
     * @param args {@code --rounds N}, 5 by default; {@code --events N}, how many a drain reads, 1,000,000 by default
     */
    public static void main(String... args) throws Exception {
        EventStoreBench bench = new EventStoreBench(option(args, "--rounds", 5), option(args, "--events", 1_000_000));
        System.out.printf(
                Locale.ROOT,
                "%d cores, Java %s, load %.1f; %,d events of 100 bytes, events/s of each round%n",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                load(),
                bench.events);
        bench.measure(false);
        bench.measure(true);
        System.out.printf(Locale.ROOT, "load at the end %.1f%n", load());
    }

    private static int option(String[] args, String name, int otherwise) {
        int at = List.of(args).indexOf(name);
        return at < 0 ? otherwise : Integer.parseInt(args[at + 1]);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private void measure(boolean links) throws Exception {
        System.out.println(links ? "with links" : "without links");
        try (ServerProcess server = ServerProcess.start(links)) {
            ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                    .usePlaintext()
                    .build();
            try {
                measure(server, StreamsGrpc.newStub(channel));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private void measure(ServerProcess server, StreamsStub stub) throws Exception {
        Appends appends = new Appends(stub);
        int perRound = events / rounds / PER_CALL * PER_CALL;
        series(server, "append 500 a call, 8 in flight", () -> appends.run(DRAINED, perRound, PER_CALL, 8));
        series(server, "drain", () -> Drain.run(stub, DRAINED, perRound * rounds));
        series(server, "append 500 a call, one by one", () -> appends.run(OTHER, perRound / 2, PER_CALL, 1));
        series(server, "append singly, one by one", () -> appends.run(OTHER, SINGLES, 1, 1));
    }

    private void series(ServerProcess server, String name, Series.Round round) throws Exception {
        new Series(server, name, rounds).measure(round);
    }
}
