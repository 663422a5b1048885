package io.millrace.service;

import io.millrace.cost.RecordedStream;
import io.millrace.cost.ReferenceStream;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.service.imports.BadLineException;
import io.millrace.service.imports.EventLines;
import io.millrace.service.imports.InputFile;
import io.millrace.service.imports.Template;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which stream is reckoned with: the reference stream or one like it, a file, or a store. */
final class CostStream {
    private static final BigDecimal SLOWEST = new BigDecimal("0.001");
    private static final BigDecimal FASTEST = new BigDecimal("1000000");
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);

    @Option(names = "--views", paramLabel = "N", description = "Views of the past. Default: 3500.")
    private @Nullable Integer views;

    @Option(names = "--bookmarks", paramLabel = "N", description = "Events that nobody handles. Default: 50.")
    private @Nullable Integer bookmarks;

    @Option(
            names = "--live",
            paramLabel = "N",
            description = "Events that come live. Default: 100; of a file or a store 0, the last N of it.")
    private @Nullable Integer live;

    @Option(names = "--viewers", paramLabel = "N", description = "Who viewed in the past, in turn. Default: 1.")
    private @Nullable Integer viewers;

    @Option(
            names = "--order",
            paramLabel = "interleaved|last",
            description = "Where the bookmarks stand. Default: interleaved.")
    private ReferenceStream.@Nullable Order order;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = "A recorded stream: a JSON object a line, {\"type\":…,\"stream\":…,\"data\":{…}}; or, with"
                    + " --type, rows as `import` takes them. Gzip or not.")
    private @Nullable Path file;

    @Option(names = "--type", converter = ImportCommand.TemplateConverter.class, description = "The rows' event type.")
    private @Nullable Template type;

    @Option(
            names = "--stream",
            converter = ImportCommand.TemplateConverter.class,
            description = "Their stream, with columns in braces, e.g. flight-{origin}.")
    private @Nullable Template stream;

    @Option(names = "--from", paramLabel = "URI", description = "The event store that has the stream, esdb://…")
    private @Nullable String store;

    @Option(
            names = "--limit",
            defaultValue = "100000",
            paramLabel = "N",
            description = "How many events are taken of a file or a store. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--rate",
            defaultValue = "10",
            paramLabel = "N",
            description = "Live events a second, in virtual time. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private BigDecimal rate;

    /** Whether it is a file or a store, and not the reference stream. */
    boolean isRecorded() {
        return file != null || store != null;
    }

    /**
     * The stream as the options say it.
     *
     * @param projection decides what is read of a store
     */
    RecordedStream read(Projection projection) {
        requireOneKind();
        try {
            if (file != null) {
                return recorded(String.valueOf(file.getFileName()), readFile(file));
            }
            return store != null ? recorded("the event store", readStore(store, projection)) : reference();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private void requireOneKind() {
        boolean likeReference = Stream.of(views, bookmarks, viewers, order).anyMatch(option -> option != null);
        if ((isRecorded() && likeReference) || (file != null && store != null)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "expected one stream: --events FILE, --from URI, or one like the reference stream by --views,"
                            + " --bookmarks, --viewers and --order");
        }
        if (file == null && (type != null || stream != null)) {
            throw new CommandFailure(ExitCode.USAGE, "--type and --stream say what the rows of --events FILE are");
        }
    }

    private RecordedStream reference() {
        ReferenceStream reference = ReferenceStream.DEFAULT;
        return new ReferenceStream(
                        orElse(views, reference.views()),
                        orElse(bookmarks, reference.bookmarks()),
                        orElse(live, reference.live()),
                        orElse(viewers, reference.viewers()),
                        order == null ? reference.order() : order)
                .recorded(interval());
    }

    private static int orElse(@Nullable Integer option, int otherwise) {
        return option == null ? otherwise : option;
    }

    private RecordedStream recorded(String name, List<EventEnvelope> events) {
        int liveEvents = orElse(live, 0);
        String description = String.format(
                Locale.ROOT,
                "%s%,d events of %s%s",
                events.size() == limit ? "the first " : "",
                events.size(),
                name,
                liveEvents == 0 ? "" : String.format(Locale.ROOT, ", the last %,d of them live", liveEvents));
        return RecordedStream.of(description, events, liveEvents, interval());
    }

    private Duration interval() {
        if (rate.compareTo(SLOWEST) < 0 || rate.compareTo(FASTEST) > 0) {
            throw new IllegalArgumentException(
                    "expected " + SLOWEST + " to " + FASTEST + " live events a second: rate=" + rate);
        }
        return Duration.ofNanos(
                NANOS_PER_SECOND.divide(rate, 0, java.math.RoundingMode.HALF_UP).longValueExact());
    }

    private int limit() {
        if (limit < 1 || limit > ReferenceStream.MOST) {
            throw new IllegalArgumentException("expected a limit of 1 to " + ReferenceStream.MOST + ": limit=" + limit);
        }
        return limit;
    }

    private List<EventEnvelope> readFile(Path from) {
        if (Files.isDirectory(from)) {
            throw new CommandFailure(ExitCode.USAGE, "expected a file, and this is a folder: " + from);
        }
        if (!Files.isRegularFile(from)) {
            throw new CommandFailure(ExitCode.USAGE, "there is no such file: " + from);
        }
        try (InputFile input = InputFile.open(from)) {
            Template streams = stream == null ? new Template("recorded") : stream;
            return new EventLines(Optional.ofNullable(type), streams).read(input, limit());
        } catch (BadLineException e) {
            throw new CommandFailure(ExitCode.USAGE, from.getFileName() + ", " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, from + " cannot be read: it was cut, and ends in the midst of what was packed", e);
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure(ExitCode.USAGE, from + " cannot be read: " + e.getMessage(), e);
        }
    }

    private List<EventEnvelope> readStore(String uri, Projection projection) {
        try (OpenEventStore opened = OpenEventStore.at(uri)) {
            EventStoreConnection connection = opened.connection();
            return connection.reads().events(projection.source(), limit());
        }
    }
}
