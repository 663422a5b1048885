package io.millrace.bench.replays;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * The most that was in use of the whole heap at any collection, before and after it. The peaks of its parts, which Java
 * tells too, are of different moments: together they may be more than the heap. Thread-safe.
 */
final class HeapPeak {
    private static final double MIB = 1 << 20;

    private final Set<String> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .collect(Collectors.toSet());
    private final AtomicLong before = new AtomicLong();
    private final AtomicLong after = new AtomicLong();

    private HeapPeak() {}

    /** Watches every collection from now on. */
    static HeapPeak watch() {
        HeapPeak peak = new HeapPeak();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener((notification, handback) -> peak.collected(notification), null, null);
        }
        return peak;
    }

    private void collected(Notification notification) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
                    .getGcInfo();
            before.accumulateAndGet(used(info.getMemoryUsageBeforeGc()), Math::max);
            after.accumulateAndGet(used(info.getMemoryUsageAfterGc()), Math::max);
        }
    }

    private long used(Map<String, MemoryUsage> pools) {
        return pools.entrySet().stream()
                .filter(pool -> heap.contains(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
    }

    double beforeMiB() {
        return before.get() / MIB;
    }

    double afterMiB() {
        return after.get() / MIB;
    }
}
