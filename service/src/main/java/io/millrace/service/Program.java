package io.millrace.service;

import io.millrace.service.terminal.Console;
import java.util.Objects;

/** What every command has: a console, and the signal to stop. */
public record Program(Console console, StopSignal stop) {
    public Program {
        Objects.requireNonNull(console, "console");
        Objects.requireNonNull(stop, "stop");
    }
}
