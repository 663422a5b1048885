package io.millrace.batching;

import io.millrace.batching.ProjectorState.Ended;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;

/** What has become of a batch under way, or of a look at the checkpoint. */
sealed interface Landing {
    Landing NOTHING = new Nothing();
    Landing ON_ITS_WAY = new OnItsWay();

    /** Nothing new. */
    record Nothing() implements Landing {}

    /** It is still under way, but was sent or asked for again, or in parts. */
    record OnItsWay() implements Landing {}

    /** The batch, or a part of it, sent for this reason, is in the read model, up to this position: how much, and how long. */
    record Done(Position checkpoint, FlushReason reason, int events, long tookNanos) implements Landing {}

    /** The checkpoint stands where it was left. */
    record Stands() implements Landing {}

    /** A stream was parked: events of it that are folded for after this position must be put aside, too. */
    record StreamParked(Position upTo) implements Landing {}

    /** The database stands further back than it had acknowledged. */
    record Back(Checkpoint checkpoint) implements Landing {}

    /** There is no going on. */
    record Over(Ended state) implements Landing {}
}
