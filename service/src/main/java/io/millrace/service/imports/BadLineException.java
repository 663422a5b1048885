package io.millrace.service.imports;

/** Says which line of the file is wrong, and why. */
public class BadLineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long line;

    BadLineException(long line, String reason) {
        super("line " + line + ": " + reason);
        this.line = line;
    }

    BadLineException(long line, String reason, Throwable cause) {
        super("line " + line + ": " + reason, cause);
        this.line = line;
    }

    /** Counted from 1, the header included; where the row begins, if it goes over several lines. */
    public long line() {
        return line;
    }
}
