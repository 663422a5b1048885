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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A replay in a process of its own, whose heap is bounded by whoever starts it: prints how much of it was in use. */
final class HeapRun {
    private final String url;
    private final FlushPolicy policy;
    private final int events;
    private final int rests;
    private final int leak;

    private HeapRun(String url, FlushPolicy policy, int events, int rests, int leak) {
        this.url = url;
        this.policy = policy;
        this.events = events;
        this.rests = rests;
        this.leak = leak;
    }

    /**
     * Replays everything.
     *
     * @param args the database's URL; {@code default} or {@code adaptive}; how many events; the event store's connection
     *     string, or {@code generated}; how often to look at the heap at rest; how many bytes to keep of each event for ever
     */
    public static void main(String... args) throws Exception {
        HeapPeak peak = HeapPeak.watch();
        FlushPolicy policy = args[1].equals("adaptive") ? FlushPolicy.ADAPTIVE : FlushPolicy.DEFAULT;
        HeapRun run = new HeapRun(
                args[0], policy, Integer.parseInt(args[2]), Integer.parseInt(args[4]), Integer.parseInt(args[5]));
        if (args[3].equals("generated")) {
            var templates = FlightFile.events(Optional.empty(), 20_000);
            run.replay(new GeneratedSource(templates, run.events));
        } else {
            try (EventStoreConnection connection = EventStoreConnection.open(args[3])) {
                run.replay(connection.source());
            }
        }
        System.out.printf(Locale.ROOT, "rss %.1f%n", residentMostMiB());
        System.out.printf(Locale.ROOT, "before %.1f%n", peak.beforeMiB());
        System.out.printf(Locale.ROOT, "after %.1f%n", peak.afterMiB());
    }

    private void replay(EventSource source) throws Exception {
        Gate gate = new Gate(source);
        HeapLooks looks = new HeapLooks(gate, events);
        try (OurProjector projector = OurProjector.open(
                url, AirportDepartures.AIRPORT_DEPARTURES, gate, policy, Until.FIRST_HEAD, looks, new Leak(leak))) {
            long begin = System.nanoTime();
            projector.start();
            looks.rest(rests);
            long handled = projector.awaitEnd().handled();
            if (handled != events) {
                throw new IllegalStateException("expected all events: events=" + events + ", handled=" + handled);
            }
            System.out.printf(Locale.ROOT, "rate %.0f%n", looks.rate(System.nanoTime() - begin));
        }
    }

    /** Keeps something of each event, to see whether the measure notices. */
    private static final class Leak implements ProjectorListener {
        private final int bytes;
        private final List<byte[]> kept = new ArrayList<>();

        Leak(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
            if (bytes > 0) {
                kept.add(new byte[bytes * batch.events().size()]);
            }
        }
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
