package io.millrace.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** How much CPU time processes have used of all cores together, as Linux counts it: in hundredths of a second. */
public final class ProcessCpu {
    private static final long NANOS_PER_TICK = 10_000_000;

    /** Fields of {@code /proc/PID/stat} after the name, counted from 0: proc(5) numbers them from 3 on. */
    private static final int USER = 11;

    private static final int OF_ENDED_CHILDREN = 13;

    private ProcessCpu() {}

    /** What this process and its children took, those that have ended included. */
    public static Duration ofFamily(ProcessHandle parent) {
        long ticks = Stream.concat(Stream.of(parent), parent.descendants())
                .mapToLong(process -> ticks(process, true))
                .sum();
        return Duration.ofNanos(ticks * NANOS_PER_TICK);
    }

    public static Duration of(ProcessHandle process) {
        return Duration.ofNanos(ticks(process, false) * NANOS_PER_TICK);
    }

    private static long ticks(ProcessHandle process, boolean withEndedChildren) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1]);
            return withEndedChildren
                    ? ticks + Long.parseLong(fields[OF_ENDED_CHILDREN]) + Long.parseLong(fields[OF_ENDED_CHILDREN + 1])
                    : ticks;
        } catch (NoSuchFileException ended) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("a Linux that tells a process's CPU time was expected", e);
        }
    }
}
