package io.millrace.batching;

/**
 * How much a projector keeps waiting between the subscription and itself.
 *
 * @param maxEvents events asked for or waiting, at most
 * @param maxBytes their bytes, at most, judged by the sizes seen; a single event that is larger still passes
 */
public record QueueBounds(int maxEvents, long maxBytes) {
    public static final QueueBounds DEFAULT = new QueueBounds(10_000, 32L << 20);

    public QueueBounds {
        if (maxEvents < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "expected maxEvents >= 1 and maxBytes >= 1: maxEvents=" + maxEvents + ", maxBytes=" + maxBytes);
        }
    }
}
