package io.millrace.projections;

/**
 * Says that two changes of a row cannot be made one: a number leaves its type's range on the way, or one of the two is
 * certain to fail. Nothing is wrong yet. Whoever folds writes what is folded so far, and the events from here on one at
 * a time; then the outcome is that of one at a time, be it a failure or not.
 */
public class CannotFoldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CannotFoldException(String message) {
        super(message);
    }

    CannotFoldException(RejectedChangeException cause) {
        super(cause.getMessage(), cause);
    }
}
