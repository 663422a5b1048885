package io.millrace.service;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions;
import io.millrace.examples.ReferenceViewing;
import io.millrace.examples.SampleEvent;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.EventStoreSetting;
import io.millrace.service.configuration.PostgresSetting;
import io.millrace.service.terminal.Logging;
import io.millrace.service.terminal.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Everything at once, with nothing installed. */
@Command(
        name = "demo",
        description = {
            "Shows it at work: starts an event store and a PostgreSQL, appends 23,550 events, and lets two projections"
                    + " catch up and follow.",
            "",
            "views-per-viewer counts views; airport-departures sums up 20,000 flights of January 2001. Then it goes on"
                    + " appending live events and following them until Ctrl-C; with --once it ends."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String VIEWS = "views-per-viewer";
    private static final String AIRPORTS = "airport-departures";

    /**
     * Batches go out when they are full or the store has nothing more, never because this machine is slow: the demo
     * shows the same number of batches everywhere.
     */
    private static final ProjectorOptions UNHURRIED = ProjectorOptions.DEFAULT.withFlushPolicy(FlushPolicy.DEFAULT
            .withMaxAge(Duration.ofMinutes(5))
            .withSizing(BatchSizing.FIXED.withMaxEvents(FlushPolicy.DEFAULT.batchSize())));

    private static final Duration LIVE_EVERY = Duration.ofMillis(250);

    private final Program program;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Millrace millrace;

    @Option(names = "--once", description = "End once both projections have caught up and the live views are shown.")
    private boolean once;

    @Mixin
    private final FormatOption format = new FormatOption();

    DemoCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        if (!millrace.verbose()) {
            Logging.to(program.console(), Logging.Volume.WARNINGS);
        }
        try (ProjectionCatalog catalog = new ProjectionCatalog(Optional.empty())) {
            Projection views = catalog.get(VIEWS);
            Projection airports = catalog.get(AIRPORTS);
            say("Starting an event store and a PostgreSQL, both embedded, both empty…");
            try (Servers servers = new Servers(embedded());
                    Projections projections = new Projections()) {
                return show(views, airports, servers, projections).number();
            }
        } catch (StoppedException e) {
            return ExitCode.DONE.number();
        }
    }

    private static Configuration embedded() {
        return new Configuration(
                new EventStoreSetting.Embedded(Optional.empty()),
                new PostgresSetting.Embedded(Optional.empty(), PostgresSetting.DEFAULT_SCHEMA),
                Map.of(),
                Optional.empty());
    }

    private ExitCode show(Projection views, Projection airports, Servers servers, Projections projections) {
        DemoEvents events = new DemoEvents(servers.eventStore());
        try (Progress progress =
                new Progress(program.console(), label("appended"), events.historicEvents(), "events")) {
            events.appendHistory(progress);
        }
        int historicViews = ReferenceViewing.HISTORIC_VIEWS;
        List<SampleEvent> liveViews = ReferenceViewing.live();
        try (DemoMilestones viewsShown = milestones(VIEWS, historicViews + liveViews.size());
                DemoMilestones airportsShown = milestones(AIRPORTS, events.flights())) {
            projections.start(new ProjectionRun(views, servers, UNHURRIED, viewsShown));
            projections.start(new ProjectionRun(airports, servers, UNHURRIED, airportsShown));
            viewsShown.awaitLive(historicViews);
            airportsShown.awaitLive(events.flights());
            for (int view = 1; view <= liveViews.size(); view++) {
                events.append(liveViews.get(view - 1));
                viewsShown.awaitHandled(historicViews + view);
            }
        }
        program.console().err().settle();
        List<RunSummary> summaries = projections.summaries();
        DemoScreen screen = new DemoScreen(program, servers, List.of(views, airports));
        if (once) {
            report(screen, summaries);
        } else {
            follow(screen, summaries, projections, events);
        }
        return ExitCode.worst(projections.exitCodes());
    }

    /** As wide as the longest, so that the bars stand beneath each other. */
    private static String label(String text) {
        return text + " ".repeat(Math.max(0, AIRPORTS.length() - text.length()));
    }

    private DemoMilestones milestones(String projection, long events) {
        Progress progress = new Progress(program.console(), label(projection), events, "events");
        return new DemoMilestones(projection, progress, program.stop());
    }

    private void report(DemoScreen screen, List<RunSummary> summaries) {
        if (format.format() == OutputFormat.TEXT) {
            screen.printTables();
        }
        format.print(program, summaries);
        if (format.format() == OutputFormat.TEXT) {
            screen.printWayIn(once);
        }
    }

    private void follow(DemoScreen screen, List<RunSummary> caughtUp, Projections projections, DemoEvents events) {
        if (format.format() == OutputFormat.TEXT) {
            report(screen, caughtUp);
        }
        while (!program.stop().await(LIVE_EVERY) && projections.areAllRunning()) {
            events.appendLiveEvent();
            screen.drawLive(projections.summaries());
        }
        program.console().err().settle();
        projections.awaitEnd(program.stop());
        say("");
        format.print(program, projections.summaries());
    }

    private void say(String line) {
        program.console().err().println(line);
    }
}
