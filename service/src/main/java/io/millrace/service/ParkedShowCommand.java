package io.millrace.service;

import io.millrace.batching.ParkedEvent;
import io.millrace.projections.EventEnvelope;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One parked event, whole. */
@Command(
        name = "show",
        description = {
            "Prints one parked event with its error, its data and its metadata.",
            "",
            "Data that is no UTF-8 is shown in base 64, as `base64:…`."
        })
final class ParkedShowCommand implements Callable<Integer> {
    private final Program program;

    @Parameters(index = "0", paramLabel = "PROJECTION", description = "The projection's name.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Parameters(index = "1", paramLabel = "NUMBER", description = "The event's number, as `list` shows it.")
    private long number;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "Line by line, or one JSON object. Default: ${DEFAULT-VALUE}.")
    private OutputFormat format = OutputFormat.TEXT;

    ParkedShowCommand(Program program) {
        this.program = program;
    }

    /** As it is printed; the names of the components are those of the JSON. */
    private record Shown(
            String projection,
            long number,
            String stream,
            long revision,
            String position,
            String eventId,
            String type,
            String created,
            String parkedAt,
            int retries,
            @Nullable String error,
            String data,
            String metadata) {}

    @Override
    public Integer call() {
        try (Servers servers = new Servers(configurationOption.read())) {
            ParkedEvent parked = servers.postgres()
                    .parkedEvents()
                    .find(name, number)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.USAGE,
                            "projection " + name + " has no parked event " + number + "; `millrace parked list " + name
                                    + "` shows which it has"));
            print(shown(parked));
        }
        return ExitCode.DONE.number();
    }

    private Shown shown(ParkedEvent parked) {
        EventEnvelope event = parked.poison().event();
        return new Shown(
                name,
                parked.sequence(),
                event.stream(),
                event.revision(),
                event.position().toString(),
                event.eventId().toString(),
                event.type(),
                event.created().toString(),
                parked.parkedAt().toString(),
                parked.retries(),
                parked.poison().error().orElse(null),
                text(event.data()),
                text(event.metadata()));
    }

    private void print(Shown event) {
        PrintWriter out = program.console().out();
        if (format == OutputFormat.JSON) {
            out.println(JsonLine.of(event));
            return;
        }
        out.println("event      " + event.type() + " " + event.stream() + "#" + event.revision() + " at "
                + event.position());
        out.println("event id   " + event.eventId());
        out.println("created    " + event.created());
        out.println("parked at  " + event.parkedAt() + ", retried " + event.retries() + " times");
        out.println("error      " + (event.error() == null ? "none: it follows a parked one" : event.error()));
        out.println("data       " + event.data());
        out.println("metadata   " + event.metadata());
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "base64:" + Base64.getEncoder().encodeToString(bytes);
        }
    }
}
