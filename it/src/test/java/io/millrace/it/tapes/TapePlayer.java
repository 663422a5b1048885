package io.millrace.it.tapes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays one recording, step by step, and keeps what differed. */
final class TapePlayer {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** {@code @K+d}: d bytes behind the position of the tape's K-th successful append. */
    private static final Pattern SYMBOLIC = Pattern.compile("@(\\d+)([+-]\\d+)");

    private final ServerUnderTest server;
    private final Duration longestQuiet;
    private final List<Long> positions = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private final Tape tape;
    private final Comparison comparison;
    private int counted;
    private int asRecorded;

    /** Waits for silence no longer than {@code longestQuiet}, where the recording may have waited longer. */
    TapePlayer(ServerUnderTest server, Duration longestQuiet, Tape tape) {
        this.server = server;
        this.longestQuiet = longestQuiet;
        this.tape = tape;
        this.comparison = new Comparison(tape.appendedIds());
    }

    /** How one recording went. */
    record Result(String tape, int asRecorded, int steps, List<String> differences) {
        boolean isComplete() {
            return asRecorded == steps;
        }

        @Override
        public String toString() {
            return tape + ": " + asRecorded + " of " + steps + " steps as recorded";
        }
    }

    Result play() throws InterruptedException {
        int index = 0;
        for (Tape.Step step : tape.steps()) {
            play(Integer.toString(index++), step);
        }
        return new Result(tape.name(), asRecorded, counted, List.copyOf(differences));
    }

    private void play(String index, Tape.Step step) throws InterruptedException {
        if (step.call().equals("sleep")) {
            Thread.sleep(step.sleepMs());
            return;
        }
        Conversation conversation = new Conversation();
        conversation
                .context()
                .run(() -> server.call(step.call(), resolve(step.request()), step.events(), conversation));
        if (step.call().equals("subscribe")) {
            follow(index, step, conversation);
        } else {
            conversation.awaitEnd(PATIENCE);
        }
        Answer answer = conversation.answer();
        conversation.context().cancel(null);
        rememberPosition(step, answer);
        judge(index, step, answer);
    }

    private void follow(String index, Tape.Step step, Conversation conversation) throws InterruptedException {
        Duration quiet = Duration.ofMillis(Math.min(step.quietMs(), longestQuiet.toMillis()));
        conversation.awaitQuiet(step.inner().isEmpty() ? 1 : step.messagesBeforeInner(), quiet, quiet.multipliedBy(4));
        if (!step.inner().isEmpty()) {
            int inner = 0;
            for (Tape.Step each : step.inner()) {
                play(index + "." + inner++, each);
            }
            conversation.awaitQuiet(conversation.heardSoFar(), quiet, quiet.multipliedBy(4));
        }
    }

    private void judge(String index, Tape.Step step, Answer answer) {
        if (!step.isCounted()) {
            return;
        }
        counted++;
        List<String> found = comparison.differences(step, answer);
        if (found.isEmpty()) {
            asRecorded++;
        }
        found.forEach(difference ->
                differences.add(tape.name() + " step " + index + " (" + step.note() + "): " + difference));
    }

    private void rememberPosition(Tape.Step step, Answer answer) {
        if (step.call().equals("append") && !answer.responses().isEmpty()) {
            JsonNode success = answer.responses().get(0).path("success");
            if (!success.isMissingNode()) {
                positions.add(success.path("position").path("commitPosition").asLong());
            }
        }
    }

    private JsonNode resolve(JsonNode request) {
        JsonNode copy = request.deepCopy();
        resolveWithin(copy);
        return copy;
    }

    private void resolveWithin(JsonNode node) {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                Matcher symbolic = SYMBOLIC.matcher(object.path(name).asText());
                if (object.path(name) instanceof TextNode && symbolic.matches()) {
                    long base = positions.get(Integer.parseInt(symbolic.group(1)));
                    object.put(name, Long.toString(base + Long.parseLong(symbolic.group(2))));
                }
            }
        }
        node.forEach(this::resolveWithin);
    }
}
