package io.millrace.service.imports;

import io.millrace.eventstore.AppendException;
import io.millrace.eventstore.Appended;
import io.millrace.eventstore.EventAppender;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.service.terminal.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * Appends the rows of a file as events, window by window: while one is being appended, the next one is read. A window
 * is appended only if all its lines are good.
 */
public final class Importer {
    /** A store takes 1 MiB an append, unless it is set otherwise; what is left is for what surrounds data. */
    private static final int BYTES_PER_APPEND = 900_000;

    private static final int EVENTS_PER_APPEND = 500;

    private final EventStoreConnection store;
    private final ImportPlan plan;
    private final Progress progress;
    private final Set<String> streams = new HashSet<>();
    private long appended;
    private long skipped;

    /** What an import did; {@code skipped} rows were there already. */
    public record Result(long appended, long skipped, int streams) {}

    public Importer(EventStoreConnection store, ImportPlan plan, Progress progress) {
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Imports until the end of the file, or until {@code stopped} says so between two windows.
     *
     * @throws BadLineException if a line is bad; the windows before its own are appended
     * @throws AppendException if the store refuses or cannot be reached
     * @throws AlreadyImportedException if this file was imported before, and it is not to be resumed
     */
    public Result run(InputFile file, BooleanSupplier stopped) throws IOException {
        ImportMark mark = new ImportMark(
                file.fingerprint(plan.type().toString(), plan.stream().toString()));
        Optional<StreamEnds> ends = plan.resume() ? Optional.of(new StreamEnds(store.reads(), mark)) : Optional.empty();
        Window underWay = Window.NONE;
        try (Rows rows = file.rows(plan.separator(), plan.typing())) {
            RowEvents events = new RowEvents(rows, plan, mark);
            while (!stopped.getAsBoolean()) {
                List<RowEvent> next = nextAfter(underWay, events);
                await(underWay, file);
                underWay = Window.NONE;
                if (next.isEmpty()) {
                    break;
                }
                refuseIfImportedBefore(next, mark);
                underWay = append(next, ends);
            }
        }
        await(underWay, file);
        return new Result(appended, skipped, streams.size());
    }

    /** Appends under way. */
    private record Window(List<CompletableFuture<Appended>> appends, long appended, long skipped) {
        static final Window NONE = new Window(List.of(), 0, 0);
    }

    /** A bad line does not undo the window before its own. */
    private List<RowEvent> nextAfter(Window underWay, RowEvents events) {
        try {
            return events.nextWindow();
        } catch (BadLineException e) {
            await(underWay);
            throw e;
        }
    }

    private void refuseIfImportedBefore(List<RowEvent> window, ImportMark mark) {
        RowEvent first = window.get(0);
        if (plan.resume() || first.row() > 1) {
            return;
        }
        store.reads()
                .lastEvent(first.stream())
                .map(event -> mark.rowOf(event.metadata()))
                .filter(row -> row.isPresent())
                .ifPresent(row -> {
                    throw new AlreadyImportedException("this file was imported already: stream " + first.stream()
                            + " ends with its row " + row.getAsLong() + "; go on with --resume");
                });
    }

    private Window append(List<RowEvent> window, Optional<StreamEnds> ends) {
        Map<String, List<NewEvent>> byStream = new LinkedHashMap<>();
        long taken = 0;
        for (RowEvent event : window) {
            if (ends.isEmpty() || !ends.get().has(event)) {
                byStream.computeIfAbsent(event.stream(), first -> new ArrayList<>())
                        .add(event.event());
                taken++;
            }
        }
        streams.addAll(byStream.keySet());
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        byStream.forEach((stream, events) -> appends.addAll(append(stream, events, ends)));
        return new Window(appends, taken, window.size() - taken);
    }

    private List<CompletableFuture<Appended>> append(String stream, List<NewEvent> events, Optional<StreamEnds> ends) {
        EventAppender appender = store.appender();
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (List<NewEvent> chunk : chunks(events)) {
            ExpectedRevision expected =
                    ends.map(known -> known.expectedFor(stream, chunk.size())).orElseGet(ExpectedRevision::any);
            appends.add(appender.append(stream, expected, chunk));
        }
        return appends;
    }

    private static List<List<NewEvent>> chunks(List<NewEvent> events) {
        List<List<NewEvent>> chunks = new ArrayList<>();
        List<NewEvent> chunk = new ArrayList<>();
        long bytes = 0;
        for (NewEvent event : events) {
            boolean full = chunk.size() == EVENTS_PER_APPEND || bytes + event.sizeInBytes() > BYTES_PER_APPEND;
            if (full && !chunk.isEmpty()) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                bytes = 0;
            }
            chunk.add(event);
            bytes += event.sizeInBytes();
        }
        chunks.add(chunk);
        return chunks;
    }

    private void await(Window window, InputFile file) {
        await(window);
        double fraction = file.fractionRead();
        long done = appended + skipped;
        if (fraction > 0 && fraction < 1) {
            progress.total(Math.round(done / fraction));
        }
        progress.stepTo(done);
    }

    private void await(Window window) {
        try {
            CompletableFuture.allOf(window.appends().toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof AppendException refused ? refused : e;
        }
        appended += window.appended();
        skipped += window.skipped();
    }

    /** How many rows are known to be in the store. */
    public long done() {
        return appended + skipped;
    }
}
