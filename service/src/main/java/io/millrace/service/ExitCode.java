package io.millrace.service;

import java.util.Collection;
import java.util.Comparator;

/**
 * How the program ended. When several apply, the highest number counts: the higher, the less was done (a failed
 * projection has committed what precedes its event; a fenced one leaves the work to another; a refused one never
 * began).
 */
public enum ExitCode {
    /** Done, or stopped by a signal. */
    DONE(0),
    /** A projection failed; everything before the event that it names is committed. */
    PROJECTION_FAILED(1),
    /** The command line, the configuration or an input file is wrong. */
    USAGE(2),
    /** A server cannot be reached, or does not let us in. */
    UNREACHABLE(3),
    /** Another writer or epoch moved the checkpoint. */
    FENCED(4),
    /** Refused at start, nothing written: checkpoint, tables and store do not fit together. */
    REFUSED(5),
    /** A stream costs more than its budget. */
    OVER_BUDGET(6);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** What the shell sees. */
    public int number() {
        return number;
    }

    static ExitCode worst(Collection<ExitCode> codes) {
        return codes.stream().max(Comparator.comparingInt(ExitCode::number)).orElse(DONE);
    }
}
