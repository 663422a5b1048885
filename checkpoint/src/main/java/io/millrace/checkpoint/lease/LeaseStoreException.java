package io.millrace.checkpoint.lease;

/** The store of the leases cannot be asked now, or did not answer; trying again can help. */
public class LeaseStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
