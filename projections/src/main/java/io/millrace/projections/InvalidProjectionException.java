package io.millrace.projections;

/** Says what is wrong with the description of a projection or a read model, and how to mend it. */
public class InvalidProjectionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidProjectionException(String message) {
        super(message);
    }

    public InvalidProjectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
