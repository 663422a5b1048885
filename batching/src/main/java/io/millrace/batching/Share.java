package io.millrace.batching;

/**
 * What a group's batch does for one of its projections. Immutable.
 *
 * @param batch as the projection would have flushed it alone; of the group's number, reason and checkpoint
 * @param handled how many events its handlers saw, with those that changed nothing
 */
public record Share(Batch batch, long handled) {}
