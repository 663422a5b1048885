package io.millrace.service;

import io.millrace.batching.ParkedEvent;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives parked events up. */
@Command(
        name = "discard",
        description = {
            "Forgets parked events without handling them; the event store keeps them.",
            "",
            "The read model is then that of a history without them. Asks before it does so."
        })
final class ParkedDiscardCommand implements Callable<Integer> {
    private final Program program;

    @Parameters(paramLabel = "PROJECTION", description = "The projection's name.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Which which;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    /** One of the two. */
    static final class Which {
        @Option(names = "--stream", paramLabel = "STREAM", description = "All that is parked of this stream.")
        @Nullable
        String stream;

        @Option(names = "--event", paramLabel = "NUMBER", description = "One event, by its number; the rest stays.")
        @Nullable
        Long event;
    }

    ParkedDiscardCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        if (!agreed()) {
            program.console().err().println("Nothing was changed.");
            return ExitCode.DONE.number();
        }
        try (ParkedWork work = new ParkedWork(configurationOption.read(), name)) {
            long discarded = which.event == null
                    ? discardStream(work, String.valueOf(which.stream))
                    : discardEvent(work, which.event);
            program.console().out().println("Discarded " + discarded + (discarded == 1 ? " event." : " events."));
        }
        return ExitCode.DONE.number();
    }

    private boolean agreed() {
        String what = which.event == null ? "all that is parked of stream " + which.stream : "event " + which.event;
        if (yes) {
            return true;
        }
        if (!program.console().kind().asks()) {
            throw new CommandFailure(ExitCode.USAGE, "discard forgets " + what + "; say --yes to that");
        }
        return program.console().agrees("This forgets " + what + ". Go on?");
    }

    private long discardStream(ParkedWork work, String stream) {
        long discarded = work.retry().discardStream(stream);
        if (discarded == 0) {
            throw nothing("of stream " + stream);
        }
        return discarded;
    }

    private long discardEvent(ParkedWork work, long number) {
        ParkedEvent event = work.parked().find(name, number).orElseThrow(() -> nothing("with the number " + number));
        work.retry().discard(List.of(event.sequence()));
        return 1;
    }

    private CommandFailure nothing(String what) {
        return new CommandFailure(
                ExitCode.USAGE,
                "projection " + name + " has parked nothing " + what + "; `millrace parked list " + name
                        + "` shows what it has");
    }
}
