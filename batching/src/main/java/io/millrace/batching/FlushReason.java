package io.millrace.batching;

/** Why a batch was handed to the committer. */
public enum FlushReason {
    /** It had as many handled events as a batch may have. */
    SIZE,
    /** Caught up: a live event is shown at once. */
    LIVE,
    /** The store had nothing more to send: what was left. */
    CAUGHT_UP,
    /** Its oldest event had waited as long as it may. */
    AGE,
    /** Its events had as many bytes as a batch may have. */
    BYTES,
    /** The projector stops. */
    SHUTDOWN,
    /** Only the checkpoint moves, over events that nobody handles. */
    CHECKPOINT_ONLY,
    /** What precedes an event that failed or cannot share a batch, or a part of a batch that PostgreSQL refused. */
    ISOLATION,
    /** Parked events are retried or discarded. */
    PARKED
}
