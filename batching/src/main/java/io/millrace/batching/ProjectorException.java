package io.millrace.batching;

/** Says why a projector cannot go on, in a sentence for the person who operates it. */
public class ProjectorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProjectorException(String message) {
        super(message);
    }

    public ProjectorException(String message, Throwable cause) {
        super(message, cause);
    }
}
