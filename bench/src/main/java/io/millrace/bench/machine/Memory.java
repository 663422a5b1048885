package io.millrace.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The most memory that this process had since {@link #forget}, as the Java machine and Linux count it. */
final class Memory {
    private static final double MIB = 1 << 20;
    /** What proc(5) names: resets the peak of the resident set. */
    private static final String FORGET_PEAK = "5";

    private Memory() {}

    private static List<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    static void forget() {
        heap().forEach(MemoryPoolMXBean::resetPeakUsage);
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), FORGET_PEAK);
        } catch (IOException e) {
            throw new UncheckedIOException("a Linux that can forget a process's peak was expected", e);
        }
    }

    /** What was in use at most in each part of the heap, together. */
    static double peakHeapMiB() {
        return heap().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() / MIB;
    }

    static double peakResidentMiB() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("a Linux that tells a process's peak was expected", e);
        }
    }
}
