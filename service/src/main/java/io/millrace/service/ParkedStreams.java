package io.millrace.service;

import io.millrace.sql.ParkedEvents;
import io.millrace.sql.ParkedEvents.ParkedStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which parked streams a command is about. */
final class ParkedStreams {
    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Which which;

    /** One of the two. */
    static final class Which {
        @Option(names = "--stream", paramLabel = "STREAM", description = "What is parked of this stream.")
        @Nullable
        String stream;

        @Option(names = "--all", description = "All that the projection has parked.")
        boolean all;
    }

    /** Their names, in the order in which they were parked. */
    List<String> in(ParkedEvents parked, String projection) {
        List<String> streams =
                parked.streams(projection).stream().map(ParkedStream::stream).toList();
        if (which.stream == null) {
            return streams;
        }
        if (!streams.contains(which.stream)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "projection " + projection + " has parked nothing of stream " + which.stream
                            + "; `millrace parked list " + projection + "` shows what it has");
        }
        return List.of(which.stream);
    }
}
