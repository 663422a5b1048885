package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.SubscriptionFilterBuilder;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Filters on event types and stream names, as this client sends them. It sends prefixes as regular expressions (5.4.5,
 * {@code SubscriptionFilter.addPrefix}), only the last of several: what prefixes do is tested in {@link WireIT}.
 */
final class FilterIT extends ContractTest {
    private static final String TYPE = unique("Match");
    private static final String STREAM = unique("filtered");

    @SuppressWarnings("NullAway.Init")
    private static Position before;

    @BeforeAll
    static void writeSome() {
        before = append(unique("before"), event("Before")).getLogPosition();
        append(STREAM, event(TYPE), event("X" + TYPE), event(TYPE + "Y"), event("Other"));
        append(STREAM + "Y", event(TYPE));
        append("X" + STREAM, event("Other"));
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(100L);
        setMetadata(STREAM, metadata);
    }

    private static SubscriptionFilterBuilder filter() {
        return SubscriptionFilter.newBuilder();
    }

    private static List<String> heard(SubscriptionFilterBuilder filter) {
        try (Heard heard = subscribeToAll(SubscribeToAllOptions.get().fromPosition(before), filter)) {
            return originals(heard.awaitCaughtUp().events()).stream()
                    .filter(event -> !event.getStreamId().matches("\\$(et|ce|streams|category).*"))
                    .map(FilterIT::text)
                    .toList();
        }
    }

    private static String text(RecordedEvent event) {
        return event.getEventType().replace(TYPE, "Match") + "@"
                + event.getStreamId().replace(STREAM, "s");
    }

    @Test
    void takesTypesByAnAnchoredRegex() {
        assertThat(heard(filter().withEventTypeRegularExpression("^" + TYPE + "$")))
                .containsExactly("Match@s", "Match@sY");
    }

    @Test
    void findsAnUnanchoredRegexAnywhereInTheType() {
        assertThat(heard(filter().withEventTypeRegularExpression(TYPE)))
                .containsExactly("Match@s", "XMatch@s", "MatchY@s", "Match@sY");
    }

    @Test
    void takesStreamsByAnAnchoredRegex() {
        assertThat(heard(filter().withStreamNameRegularExpression("^" + STREAM + "$")))
                .containsExactly("Match@s", "XMatch@s", "MatchY@s", "Other@s");
    }

    @Test
    void findsAnUnanchoredRegexAnywhereInTheStreamsName() {
        assertThat(heard(filter().withStreamNameRegularExpression(STREAM)))
                .containsExactly("Match@s", "XMatch@s", "MatchY@s", "Other@s", "Match@sY", "Other@Xs", "$metadata@$$s");
    }

    @Test
    void takesTypesByWhatThisClientMakesOfAPrefix() {
        assertThat(heard(filter().addEventTypePrefix(TYPE))).contains("Match@s", "MatchY@s", "Match@sY");
    }

    @Test
    void takesStreamsByWhatThisClientMakesOfAPrefix() {
        assertThat(heard(filter().addStreamNamePrefix(STREAM))).contains("Match@s", "Other@s", "Match@sY");
    }

    @Test
    void takesSystemEventsByTheirType() {
        assertThat(heard(filter().withEventTypeRegularExpression("^\\$metadata$")))
                .contains("$metadata@$$s")
                .allMatch(event -> event.startsWith("$metadata@$$"));
    }

    @Test
    void takesSystemStreamsByTheirName() {
        assertThat(heard(filter().withStreamNameRegularExpression("^\\$\\$" + STREAM)))
                .containsExactly("$metadata@$$s");
    }

    @Test
    void leavesSystemEventsOutByARegex() {
        assertThat(heard(filter().withEventTypeRegularExpression("^[^$].*")))
                .contains("Match@s", "Other@Xs")
                .noneMatch(event -> event.startsWith("$"));
    }

    @Test
    void filtersLiveEventsAsOldOnes() {
        String type = unique("Live");
        try (Heard heard = subscribeToAll(
                SubscribeToAllOptions.get().fromEnd(), filter().withEventTypeRegularExpression("^" + type + "$"))) {
            heard.awaitCaughtUp();
            append(unique("filtered"), event("X" + type), event(type), event("Other"), event(type));

            assertThat(revisions(heard.awaitEvents(2).events())).containsExactly(1L, 3L);
            assertThat(heard.only(Signal.CaughtUp.class)).hasSize(1);
        }
    }

    /**
     * What .NET cannot parse; this client checks only that Java can. An invalid expression was recorded, these are from
     * .NET's documentation of its syntax.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\QMatch\\E",
                "^\\QMatch",
                "Ma*+",
                "Ma++",
                "Ma?+",
                "Ma{1,2}+",
                "[\\Qa\\E]",
                "\\pL",
                "\\R",
                "\\h",
                "\\X",
                "\\x{41}",
                "\\p{Alpha}",
                "\\p{javaLowerCase}",
                "(?d)Match",
                "(?U)Match"
            })
    void refusesARegexThatOnlyJavaUnderstands(String regex) {
        assertRefused(filter().withEventTypeRegularExpression(regex));
        assertRefused(filter().withStreamNameRegularExpression(regex));
    }

    @ParameterizedTest
    @ValueSource(strings = {"^\\\\Q+$|^%s$", "^%s[*+]?$", "(?i)^%s$", "^(?<kind>\\p{Lu}\\w+)$(?<=%s)", "^(?:%s)+?$"})
    void takesARegexThatOnlyLooksLikeOne(String regex) {
        assertThat(heard(filter().withEventTypeRegularExpression(regex.formatted(TYPE))))
                .contains("Match@s", "Match@sY");
    }

    @Test
    void refusesACheckpointMultiplierOfZero() {
        Outcome.refusal(
                Status.Code.UNKNOWN,
                CLIENT.subscribeToAll(
                        new Heard(),
                        SubscribeToAllOptions.get()
                                .filter(filter().withEventTypeRegularExpression("Match")
                                        .withMaxWindow(10)
                                        .withCheckpointer(new Heard(), 0)
                                        .build())));
    }

    private static void assertRefused(SubscriptionFilterBuilder filter) {
        Outcome.refusal(
                Status.Code.UNKNOWN,
                CLIENT.subscribeToAll(
                        new Heard(),
                        SubscribeToAllOptions.get()
                                .filter(filter.withMaxWindow(10)
                                        .withCheckpointer(new Heard())
                                        .build())));
    }
}
