package io.millrace.bench.engines;

import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What the laps of one workload say about what was promised: ratios within one run, round by round. */
final class Ratios {
    private static final String PRIMARY = "airports";

    private final String workload;
    private final List<Laps> all;
    private final Figures figures;

    private Ratios(String workload, List<Laps> all, Path folder) throws IOException {
        this.workload = workload;
        this.all = all;
        this.figures = new Figures("engines-" + workload, folder);
    }

    /** Tells and keeps those whose contenders ran. */
    static void tell(String workload, List<Laps> all, Path folder) throws IOException {
        Ratios ratios = new Ratios(workload, all, folder);
        for (int size : EnginesBench.SIZES) {
            ratios.compare(
                    0.90, "ours-" + size, "by hand with overlap at " + size, ratios.named("hand-" + size + "-overlap"));
        }
        ratios.compare(
                1.7,
                "ours-default",
                "the best peer at batch 100 as documented",
                ratios.best(Ratios::isDocumentedAt100));
        ratios.compare(
                10,
                "ours-adaptive",
                "the best peer as documented at any batch size",
                ratios.best(Ratios::isDocumented));
        ratios.compare(
                1.2, "ours-adaptive", "the best peer with the user's own fold", ratios.best(Ratios::isFoldedPeer));
        ratios.compareWithFixed();
    }

    private static boolean isPeer(String name) {
        return name.startsWith("pekko-") || name.startsWith("axon-");
    }

    private static boolean isFoldedPeer(String name) {
        return isPeer(name) && name.endsWith("-fold");
    }

    private static boolean isDocumented(String name) {
        return isPeer(name) && !name.endsWith("-fold");
    }

    private static boolean isDocumentedAt100(String name) {
        return isDocumented(name) && name.contains("-100-");
    }

    private static boolean isFixed(String name) {
        return name.matches("ours-[0-9]+");
    }

    /** Promised for each workload; the others for the first. */
    private void compareWithFixed() throws IOException {
        Optional<Laps> fixed = best(Ratios::isFixed);
        Optional<Laps> ours = named("ours-adaptive");
        if (fixed.isPresent() && ours.isPresent()) {
            figures.add(Figure.atLeast(
                    0.95,
                    workload + ", from memory: ours-adaptive ÷ best fixed size (" + nameOf(fixed.get()) + ")",
                    ours.get().ratioTo(fixed.get()),
                    "×"));
        }
    }

    private void compare(double promised, String ours, String description, Optional<Laps> other) throws IOException {
        Optional<Laps> mine = named(ours);
        if (mine.isPresent() && other.isPresent()) {
            String name = workload + ", from memory: " + ours + " ÷ " + description + " (" + nameOf(other.get()) + ")";
            Spread ratio = mine.get().ratioTo(other.get());
            figures.add(
                    workload.equals(PRIMARY)
                            ? Figure.atLeast(promised, name, ratio, "×")
                            : Figure.of(name, ratio, "×"));
        }
    }

    private Optional<Laps> named(String name) {
        return all.stream().filter(laps -> nameOf(laps).equals(name)).findFirst();
    }

    private Optional<Laps> best(Predicate<String> which) {
        return all.stream()
                .filter(laps -> which.test(nameOf(laps)))
                .max(Comparator.comparingDouble(laps -> laps.rates().median()));
    }

    private static String nameOf(Laps laps) {
        return laps.contender().name();
    }
}
