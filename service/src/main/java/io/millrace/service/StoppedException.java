package io.millrace.service;

/** Leaves a wait because the program was asked to stop. */
final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("stopped");
    }
}
