package io.millrace.batching;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Tells when little of the heap is left after collecting garbage: once for each collection that leaves it so. For one
 * thread.
 */
final class HeapGauge implements BooleanSupplier {
    private static final double TIGHT = 0.75;

    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    private long collections;

    @Override
    public boolean getAsBoolean() {
        long count = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            count += collector.getCollectionCount();
        }
        if (count == collections) {
            return false;
        }
        collections = count;
        return leftOver() > TIGHT * Runtime.getRuntime().maxMemory();
    }

    private long leftOver() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage after = pool.getCollectionUsage();
            bytes += after == null ? 0 : after.getUsed();
        }
        return bytes;
    }
}
