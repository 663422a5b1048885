package io.millrace.bench.replays;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.bench.store.OurProjector;
import io.millrace.bench.workload.FlightFile;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.examples.AirportDepartures;
import io.millrace.projections.EventSource;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A replay in a process of its own, whose heap is bounded by whoever starts it: prints how much of it was in use. */
final class HeapRun {
    private static final int SAMPLES = 20;

    private HeapRun() {}

    /**
     * Replays everything.
     *
     * @param args the database's URL; {@code default} or {@code adaptive}; how many events; the event store's connection
     *     string, or {@code generated}
     */
    public static void main(String... args) throws Exception {
        int events = Integer.parseInt(args[2]);
        FlushPolicy policy = args[1].equals("adaptive") ? FlushPolicy.ADAPTIVE : FlushPolicy.DEFAULT;
        long begin = System.nanoTime();
        if (args[3].equals("generated")) {
            var templates = FlightFile.events(Optional.empty(), 20_000);
            replay(args[0], new GeneratedSource(templates, events), policy, events);
        } else {
            try (EventStoreConnection connection = EventStoreConnection.open(args[3])) {
                replay(args[0], connection.source(), policy, events);
            }
        }
        System.out.printf(Locale.ROOT, "rate %.0f%n", events / ((System.nanoTime() - begin) / 1e9));
        System.out.printf(Locale.ROOT, "rss %.1f%n", residentMostMiB());
        System.out.printf(Locale.ROOT, "peak %.1f%n", heapMostMiB());
    }

    private static void replay(String url, EventSource source, FlushPolicy policy, int events) throws Exception {
        Samples samples = new Samples(events / SAMPLES);
        try (OurProjector projector = OurProjector.open(
                url, AirportDepartures.AIRPORT_DEPARTURES, source, policy, Until.FIRST_HEAD, samples)) {
            projector.start();
            long handled = projector.awaitEnd().handled();
            if (handled != events) {
                throw new IllegalStateException("expected all events: events=" + events + ", handled=" + handled);
            }
        }
    }

    /** Collects garbage now and then, and prints what is left. */
    private static final class Samples implements ProjectorListener {
        private final int every;
        private long handled;
        private long next;

        Samples(int every) {
            this.every = every;
            this.next = every;
        }

        @Override
        public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
            handled += batch.events().size();
            if (handled >= next) {
                next += every;
                System.gc();
                var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
                System.out.printf(Locale.ROOT, "live %.1f%n", heap.getUsed() / 1048576.0);
            }
        }
    }

    /** What was in use at most in each part of the heap, together; garbage included. */
    private static double heapMostMiB() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .mapToLong(pool -> pool.getPeakUsage().getUsed())
                        .sum()
                / 1048576.0;
    }

    /** The most that Linux ever had in memory for this process. */
    private static double residentMostMiB() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                .findFirst()
                .orElseThrow();
    }
}
