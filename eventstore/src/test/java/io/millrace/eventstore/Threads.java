package io.millrace.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Looks at the threads of this process. */
final class Threads {
    private Threads() {}

    /** The names of all that run, those of connections to one of these ports only. */
    private static List<String> of(List<Integer> ports) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("millrace-eventstore"))
                .filter(name -> ports.stream().anyMatch(port -> name.contains(":" + port + "-")))
                .sorted()
                .toList();
    }

    /** The names of all threads, whoever made them. */
    static Set<String> all() {
        Set<String> names = new TreeSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }

    /** Threads that were told to end get a moment for it. */
    static void assertNoneLeftFor(List<Integer> ports, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!of(ports).isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(of(ports)).as("threads left behind").isEmpty();
    }
}
