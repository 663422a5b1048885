package io.millrace.service.imports;

/** Says that rows of this file are in the store already. */
public class AlreadyImportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AlreadyImportedException(String message) {
        super(message);
    }
}
