package io.millrace.it.tapes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.embedded.EmbeddedEventStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What no recording shows and the source of 24.6.0 decides: {@code eventstoredb-24.6/rules.txt}, one test a paragraph.
 * Against a real server too, where {@code MILLRACE_IT_EVENTSTORE} names one.
 *
 * <p>A line is a call ({@link RuleCall}) and its answer ({@link RuleAnswer}). {@code %} stands for digits that no other
 * paragraph has, {@code @K} for the position that the K-th call to write was answered with; {@code then} is what the newest
 * subscription heard since, {@code wait} gives events time to grow old and projections time to follow.
 * A title with {@code [nobody]} or {@code [admin]} is played to an embedded server that knows users.
 */
@Execution(ExecutionMode.CONCURRENT)
class RulesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Pattern SYMBOLIC = Pattern.compile("@(\\d+)([+-]\\d+)?");
    private static final Optional<String> GIVEN = Optional.ofNullable(System.getenv("MILLRACE_IT_EVENTSTORE"));

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedEventStore store;

    @SuppressWarnings("NullAway.Init")
    private static ManagedChannel channel;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedEventStore secured;

    @SuppressWarnings("NullAway.Init")
    private static ManagedChannel securedChannel;

    @BeforeAll
    static void connect() {
        store = EmbeddedEventStore.start();
        URI server = URI.create(GIVEN.orElse("esdb://127.0.0.1:" + store.port()));
        channel = ManagedChannelBuilder.forAddress(server.getHost(), server.getPort())
                .usePlaintext()
                .build();
        secured = EmbeddedEventStore.builder().user("admin", "changeit").start();
        securedChannel = ManagedChannelBuilder.forAddress("127.0.0.1", secured.port())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void disconnect() {
        channel.shutdownNow();
        securedChannel.shutdownNow();
        store.close();
        secured.close();
    }

    @TestFactory
    @Execution(ExecutionMode.SAME_THREAD) // one after the other: they share a store
    Stream<DynamicTest> answersAsTheSourceHasIt() throws IOException {
        try (InputStream in = RulesIT.class.getResourceAsStream("/eventstoredb-24.6/rules.txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("\n\n")).map(String::strip).map(RulesIT::test);
        }
    }

    private static DynamicTest test(String paragraph) {
        List<String> lines = paragraph.lines().toList();
        String title = lines.get(0).substring(2);
        String run = Long.toString(System.nanoTime());
        return DynamicTest.dynamicTest(title, () -> {
            Script script = new Script(serverOf(title));
            List<String> answered = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String call = line.split(" -> ", 2)[0];
                String answer = script.play(call.replace("%", run));
                answered.add(call + (line.contains(" -> ") ? " -> " + (answer.isEmpty() ? "nothing" : answer) : ""));
            }
            assertThat(answered).containsExactlyElementsOf(lines.subList(1, lines.size()));
        });
    }

    private static ServerUnderTest serverOf(String title) {
        if (title.startsWith("[admin]")) {
            return new ServerUnderTest(securedChannel, Optional.of("admin:changeit"));
        }
        return new ServerUnderTest(title.startsWith("[nobody]") ? securedChannel : channel, Optional.empty());
    }

    /** One paragraph under way: the positions of its appends, and its open subscriptions. */
    private static final class Script {
        private final ServerUnderTest server;
        private final List<Long> positions = new ArrayList<>();
        private final List<Conversation> open = new ArrayList<>();
        private int heard;

        Script(ServerUnderTest server) {
            this.server = server;
        }

        String play(String text) throws InterruptedException {
            if (text.equals("wait")) {
                Thread.sleep(GIVEN.isPresent() ? 2_500 : 1_200);
                return "";
            }
            if (text.equals("then")) {
                return listen(open.get(open.size() - 1), heard);
            }
            RuleCall call = RuleCall.parse(text, this::resolve);
            Conversation conversation = new Conversation();
            conversation.context().run(() -> server.call(call.name(), call.request(), call.events(), conversation));
            if (call.name().equals("subscribe")) {
                open.add(conversation);
                return listen(conversation, 0);
            }
            conversation.awaitEnd(PATIENCE);
            remember(conversation.answer());
            return RuleAnswer.of(conversation.answer(), 0);
        }

        private String listen(Conversation conversation, int from) throws InterruptedException {
            conversation.awaitQuiet(from, QUIET, PATIENCE);
            heard = conversation.heardSoFar();
            return RuleAnswer.of(conversation.answer(), from).replaceFirst(" ?OPEN$", "");
        }

        private void remember(Answer answer) {
            JsonNode position = answer.responses().isEmpty()
                    ? MissingNode.getInstance()
                    : answer.responses().get(0).findPath("commitPosition");
            if (!position.isMissingNode() && !answer.responses().get(0).has("event")) {
                positions.add(position.asLong());
            }
        }

        private String resolve(String position) {
            Matcher symbolic = SYMBOLIC.matcher(position);
            if (!symbolic.matches()) {
                return position;
            }
            String more = symbolic.group(2);
            return Long.toString(
                    positions.get(Integer.parseInt(symbolic.group(1))) + (more == null ? 0 : Long.parseLong(more)));
        }
    }
}
