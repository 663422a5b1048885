package io.millrace.batching;

import java.time.Instant;
import java.util.Locale;

/** What a projector is at. Goes from {@link Starting} to one of the {@link Ended ended} states. Immutable. */
public sealed interface ProjectorState {

    /** It has not heard from the store yet. */
    record Starting() implements ProjectorState {}

    /** It reads history, in full batches. */
    record CatchingUp() implements ProjectorState {}

    /** It shows each event as it comes. */
    record Live() implements ProjectorState {}

    /**
     * The event store or the database cannot be reached; it goes on by itself once it can.
     *
     * @param cause what was said last
     * @param since when the trouble began
     */
    record Retrying(String cause, Instant since) implements ProjectorState {}

    /** It has ended, and does not go on by itself. */
    sealed interface Ended extends ProjectorState {}

    /** Another writer or epoch moved the checkpoint. The message says who. */
    record Fenced(String message) implements Ended {}

    /** It met what trying again does not mend. */
    record Failed(Throwable cause) implements Ended {}

    /** It was asked to, or has reached the end that it was given. */
    record Stopped() implements Ended {}

    /** The state's name as the log and the status show it. */
    default String label() {
        String name = getClass().getSimpleName();
        return name.equals("CatchingUp") ? "CATCHING_UP" : name.toUpperCase(Locale.ROOT);
    }
}
