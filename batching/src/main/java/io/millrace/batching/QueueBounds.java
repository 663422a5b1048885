package io.millrace.batching;

/**
 * How much a projector keeps waiting between the subscription and itself. Each has its own; what share a subscription have
 * one together.
 *
 * @param maxEvents events asked for or waiting, at most
 * @param maxBytes their bytes, at most, and one event: the one that uses up the last of them may be of any size
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
