package io.millrace.it.simulation;

import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.batching.SetAside;
import io.millrace.projections.Source;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How often each fault and each state was met. What is never met was never tried. */
final class Met {
    private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
    private final Map<FlushReason, Long> flushes = new EnumMap<>(FlushReason.class);
    private final Map<Expected, Long> states = new EnumMap<>(Expected.class);

    /** What a run of many seeds has to meet, beside all faults and all reasons to flush. */
    enum Expected {
        STARTING,
        CATCHING_UP,
        LIVE,
        RETRYING,
        FENCED,
        FAILED,
        STOPPED,
        COMMITTED_FLUSH,
        UNAVAILABLE_FLUSH,
        REJECTED_FLUSH,
        FENCED_FLUSH,
        WENT_BACK_FLUSH,
        TOO_SLOW_FLUSH,
        SKIPPED_EVENT,
        PARKED_EVENT,
        PARKED_FOLLOWER,
        PARKED_ALONE_EVENT,
        RETRIED_EVENT,
        DISCARDED_EVENT,
        RETRY_PAUSED,
        RETRY_FAILED,
        RETRY_DIED,
        SENT_AGAIN,
        FOLLOWER_SENT,
        FOLLOWER_FOLDED_AGAIN,
        HANDLED_AHEAD,
        FOUND_COMMITTED,
        LATE_COMMIT_OF_A_LOST_SESSION,
        LATE_COMMIT_REFUSED,
        LOST_SESSION_ENDED,
        COMMIT_BEFORE_DEATH,
        NO_COMMIT_BEFORE_DEATH,
        LEASE_TAKEN,
        LEASE_TAKEN_OVER,
        LEASE_RUN_OUT_AT_ITS_HOLDER,
        LEASE_HANDED_OVER,
        LEASE_AWAITED,
        CLAIM_GRANTED,
        SHARED_FAIRLY,
        GROUP_OF_ONE_POSITION,
        GROUP_OF_DIFFERENT_POSITIONS,
        GROUP_FLUSH_COMMITTED,
        GROUP_DISSOLVED,
        GROUP_FENCED,
        GROUP_LEFT_UNDER_WAY,
        GROUPS_MEET,
        SUBSCRIBED,
        SUBSCRIBED_AGAIN,
        INTERRUPTED,
        CAUGHT_UP,
        CAUGHT_UP_TWICE,
        FELL_BEHIND,
        CHECKPOINT_REACHED,
        SINGLE_STREAM,
        STREAMS_BY_PREFIX,
        ALL_STREAMS;

        static Expected of(Source source) {
            if (source instanceof Source.SingleStream) {
                return SINGLE_STREAM;
            }
            return source instanceof Source.StreamsStartingWith ? STREAMS_BY_PREFIX : ALL_STREAMS;
        }
    }

    void fault(Fault fault) {
        faults.merge(fault, 1L, Long::sum);
    }

    void flush(FlushReason reason) {
        flushes.merge(reason, 1L, Long::sum);
    }

    void state(Expected state) {
        states.merge(state, 1L, Long::sum);
    }

    void state(String name) {
        state(Expected.valueOf(name));
    }

    void count(Expected state, long times) {
        if (times > 0) {
            states.merge(state, times, Long::sum);
        }
    }

    void setAside(SetAside aside, PoisonPolicy policy) {
        count(Expected.SKIPPED_EVENT, aside.skipped().size());
        long followers = aside.parked().stream()
                .filter(poison -> poison.error().isEmpty())
                .count();
        count(Expected.PARKED_FOLLOWER, followers);
        boolean alone = policy.onPoison() == OnPoison.PARK_ALONE;
        count(
                alone ? Expected.PARKED_ALONE_EVENT : Expected.PARKED_EVENT,
                aside.parked().size() - followers);
    }

    void outcome(CommitOutcome outcome) {
        if (outcome instanceof CommitOutcome.Unavailable) {
            state(Expected.UNAVAILABLE_FLUSH);
        } else if (outcome instanceof CommitOutcome.Rejected) {
            state(Expected.REJECTED_FLUSH);
        } else if (outcome instanceof CommitOutcome.Fenced) {
            state(Expected.FENCED_FLUSH);
        } else if (outcome instanceof CommitOutcome.WentBack) {
            state(Expected.WENT_BACK_FLUSH);
        } else if (outcome instanceof CommitOutcome.TooSlow) {
            state(Expected.TOO_SLOW_FLUSH);
        }
    }

    void add(Met other) {
        other.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
        other.flushes.forEach((reason, count) -> flushes.merge(reason, count, Long::sum));
        other.states.forEach((state, count) -> states.merge(state, count, Long::sum));
    }

    List<String> neverMet() {
        Set<Fault> missingFaults = EnumSet.allOf(Fault.class);
        missingFaults.removeAll(faults.keySet());
        Set<FlushReason> missingFlushes = EnumSet.allOf(FlushReason.class);
        missingFlushes.removeAll(flushes.keySet());
        Set<Expected> missingStates = EnumSet.allOf(Expected.class);
        missingStates.removeAll(states.keySet());
        return java.util.stream.Stream.of(missingFaults, missingFlushes, missingStates)
                .flatMap(Set::stream)
                .map(Enum::name)
                .toList();
    }

    String table() {
        StringBuilder text = new StringBuilder();
        section(text, "Faults", faults);
        section(text, "Flushes", flushes);
        section(text, "States and outcomes", states);
        return text.toString();
    }

    private static void section(StringBuilder text, String title, Map<? extends Enum<?>, Long> counts) {
        text.append(title).append(":\n");
        Map<String, Long> byName = new TreeMap<>();
        counts.forEach((what, count) -> byName.put(words(what), count));
        int column = 0;
        for (Map.Entry<String, Long> entry : byName.entrySet()) {
            text.append("  %-32s %,9d".formatted(entry.getKey(), entry.getValue()));
            text.append(++column % 2 == 0 ? "\n" : "   ");
        }
        text.append(column % 2 == 0 ? "" : "\n");
    }

    private static String words(Enum<?> what) {
        return what.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
