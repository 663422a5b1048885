package io.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rounds of one measurement: how many events a second, and how much CPU time each took on both sides. */
final class Series {
    private final ServerProcess server;
    private final String name;
    private final int rounds;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> clientMicros = new ArrayList<>();
    private final List<Double> serverMicros = new ArrayList<>();

    Series(ServerProcess server, String name, int rounds) {
        this.server = server;
        this.name = name;
        this.rounds = rounds;
    }

    /** One round; returns how many events it was. */
    interface Round {
        long run() throws Exception;
    }

    /** Runs all rounds, and prints each as it ends, then their median. */
    void measure(Round round) throws Exception {
        System.out.printf(Locale.ROOT, "  %-34s", name);
        for (int i = 0; i < rounds; i++) {
            Duration serverCpu = server.cpu();
            Duration clientCpu = ownCpu();
            long begin = System.nanoTime();
            long events = round.run();
            double seconds = (System.nanoTime() - begin) / 1e9;
            rates.add(events / seconds);
            clientMicros.add(ownCpu().minus(clientCpu).toNanos() / 1e3 / events);
            serverMicros.add(server.cpu().minus(serverCpu).toNanos() / 1e3 / events);
            System.out.printf(Locale.ROOT, " %,9.0f", rates.get(i));
            System.out.flush();
        }
        System.out.printf(
                Locale.ROOT,
                " | median %,9.0f/s, CPU/event: client %.1f µs, server %.1f µs%n",
                median(rates),
                median(clientMicros),
                median(serverMicros));
    }

    private static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
