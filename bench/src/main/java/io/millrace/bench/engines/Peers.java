package io.millrace.bench.engines;

import io.millrace.bench.engines.Axon.Kind;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/** Everybody else, each with the settings that it is documented with and with those that were found best. */
final class Peers {
    private Peers() {}

    static List<Contender> of(Database database, Workload workload) {
        List<Contender> all = new ArrayList<>();
        all.add(new Unfolded(database, workload, 1, false));
        all.add(new Unfolded(database, workload, 100, false));
        all.add(new Unfolded(database, workload, 100, true));
        all.add(new Pekko(database, workload, 1, Writing.EACH, false));
        all.add(new Pekko(database, workload, 20, Writing.EACH, false));
        all.add(new Pekko(database, workload, 20, Writing.BATCH, false));
        all.add(new Pekko(database, workload, 100, Writing.BATCH, false));
        all.add(new Pekko(database, workload, 100, Writing.BATCH, true));
        all.add(new Pekko(database, workload, 1_000, Writing.BATCH, false));
        all.add(new Pekko(database, workload, 10_000, Writing.BATCH, false));
        all.add(new Pekko(database, workload, 1_000, Writing.FOLD, false));
        all.add(new Pekko(database, workload, 10_000, Writing.FOLD, false));
        for (Kind kind : Kind.values()) {
            all.add(new Axon(database, workload, kind, 1, 1, Writing.EACH, false));
            all.add(new Axon(database, workload, kind, 1, 100, Writing.BATCH, false));
            all.add(new Axon(database, workload, kind, 2, 100, Writing.BATCH, false));
            all.add(new Axon(database, workload, kind, 2, 1_000, Writing.BATCH, false));
            all.add(new Axon(database, workload, kind, 2, 1_000, Writing.FOLD, false));
            all.add(new Axon(database, workload, kind, 2, 10_000, Writing.FOLD, false));
        }
        all.add(new Axon(database, workload, Kind.TRACKING, 2, 100, Writing.BATCH, true));
        all.add(new Axon(database, workload, Kind.TRACKING, 4, 100, Writing.BATCH, false));
        all.add(new Axon(database, workload, Kind.TRACKING, 4, 1_000, Writing.BATCH, false));
        all.add(new Axon(database, workload, Kind.TRACKING, 2, 10_000, Writing.BATCH, false));
        return all;
    }
}
