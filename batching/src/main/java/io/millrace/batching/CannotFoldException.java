package io.millrace.batching;

/** Stands in until the changes compose: every change of a row begins a batch of its own. */
class CannotFoldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotFoldException(String message) {
        super(message);
    }
}
