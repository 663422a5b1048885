package io.millrace.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/** Looks at the threads of this process. */
final class Threads {
    private Threads() {}

    /** The names of the threads that the module owns. */
    static List<String> ofModule() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("millrace-eventstore") || name.startsWith("grpc-"))
                .sorted()
                .toList();
    }

    /** Threads that were told to end get a moment for it. */
    static void assertNoneLeft(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!ofModule().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(ofModule()).as("threads left behind").isEmpty();
    }
}
