package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the protocol has and this client cannot say, through the stub in the client's jar. */
final class WireIT extends ContractTest {
    private static final Wire WIRE = Wire.ofPlainServer();
    private static final String TYPE = unique("Match");
    private static final String STREAM = unique("wire");

    @SuppressWarnings("NullAway.Init")
    private static Position before;

    @BeforeAll
    static void writeSome() {
        before = append(unique("before"), event("Before")).getLogPosition();
        append(STREAM, event(TYPE), event("X" + TYPE), event(TYPE + "Y"), event("Other"));
    }

    private static FilterOptions.Expression.Builder prefixes(String... prefixes) {
        return FilterOptions.Expression.newBuilder().addAllPrefix(List.of(prefixes));
    }

    private static FilterOptions.Builder types(String... prefixes) {
        return FilterOptions.newBuilder()
                .setEventType(prefixes(prefixes))
                .setMax(32)
                .setCheckpointIntervalMultiplier(1);
    }

    private static FilterOptions.Builder streams(String... prefixes) {
        return types().setStreamIdentifier(prefixes(prefixes));
    }

    private static ReadReq.Options.Builder options() {
        return ReadReq.Options.newBuilder()
                .setUuidOption(ReadReq.Options.UUIDOption.newBuilder().setStructured(Empty.getDefaultInstance()))
                .setControlOption(ReadReq.Options.ControlOption.newBuilder().setCompatibility(1))
                .setNoFilter(Empty.getDefaultInstance())
                .setCount(Long.MAX_VALUE);
    }

    private static ReadReq.Options.Builder all() {
        return options()
                .setAll(ReadReq.Options.AllOptions.newBuilder()
                        .setPosition(ReadReq.Options.Position.newBuilder()
                                .setCommitPosition(before.getCommitUnsigned())
                                .setPreparePosition(before.getPrepareUnsigned())));
    }

    private static ReadReq.Options.Builder stream() {
        return options()
                .setStream(ReadReq.Options.StreamOptions.newBuilder()
                        .setStreamIdentifier(identifier(STREAM))
                        .setStart(Empty.getDefaultInstance()));
    }

    private static Shared.StreamIdentifier identifier(String stream) {
        return Shared.StreamIdentifier.newBuilder()
                .setStreamName(ByteString.copyFromUtf8(stream))
                .build();
    }

    private static List<ReadResp> read(ReadReq.Options.Builder options) {
        List<ReadResp> responses = new ArrayList<>();
        WIRE.read(options.build()).forEachRemaining(responses::add);
        return responses;
    }

    private static List<Long> revisions(Iterable<ReadResp> responses) {
        List<Long> revisions = new ArrayList<>();
        for (ReadResp response : responses) {
            if (response.hasEvent()) {
                revisions.add(response.getEvent().getEvent().getStreamRevision());
            }
        }
        return revisions;
    }

    /** A subscription's revisions until it is caught up. */
    private static List<Long> caughtUp(FilterOptions.Builder filter) {
        Iterator<ReadResp> responses =
                WIRE.read(all().setSubscription(ReadReq.Options.SubscriptionOptions.getDefaultInstance())
                        .setFilter(filter)
                        .build());
        List<ReadResp> heard = new ArrayList<>();
        while (heard.isEmpty() || !heard.get(heard.size() - 1).hasCaughtUp()) {
            heard.add(responses.next());
        }
        return revisions(heard);
    }

    private static StatusRuntimeException refused(Status.Code expected, ReadReq.Options.Builder options) {
        return Outcome.withStatus(expected, catchThrowable(() -> read(options)));
    }

    @Test
    void takesTypesThatBeginWithAPrefix() {
        assertThat(caughtUp(types(TYPE))).containsExactly(0L, 2L);
    }

    @Test
    void takesTypesThatBeginWithOneOfSeveralPrefixes() {
        assertThat(caughtUp(types("X" + TYPE, TYPE + "Y"))).containsExactly(1L, 2L);
    }

    @Test
    void takesStreamsThatBeginWithOneOfSeveralPrefixes() {
        assertThat(caughtUp(streams(unique("missing"), STREAM))).containsExactly(0L, 1L, 2L, 3L);
        assertThat(caughtUp(streams(STREAM.substring(1)))).isEmpty();
    }

    @Test
    void takesAWindowThatIsSaidByCount() {
        assertThat(caughtUp(types(TYPE).setCount(Empty.getDefaultInstance()))).containsExactly(0L, 2L);
    }

    @Test
    void filtersReadsOfTheLogInBothDirections() {
        assertThat(revisions(read(all().setFilter(types(TYPE))))).containsExactly(0L, 2L);
        assertThat(revisions(read(options()
                        .setAll(ReadReq.Options.AllOptions.newBuilder().setEnd(Empty.getDefaultInstance()))
                        .setReadDirection(ReadDirection.Backwards)
                        .setCount(2)
                        .setFilter(streams(STREAM)))))
                .containsExactly(3L, 2L);
    }

    @Test
    void refusesAFilterOnAStreamsRead() {
        refused(Status.Code.INVALID_ARGUMENT, stream().setFilter(types(TYPE)));
    }

    @Test
    void refusesAFilterOnAStreamsSubscription() {
        refused(
                Status.Code.INVALID_ARGUMENT,
                stream()
                        .setFilter(types(TYPE))
                        .setSubscription(ReadReq.Options.SubscriptionOptions.getDefaultInstance()));
    }

    @Test
    void refusesAFilterWithoutAnExpression() {
        refused(
                Status.Code.INVALID_ARGUMENT,
                all().setFilter(FilterOptions.newBuilder().setMax(100)));
    }

    @Test
    void refusesToReadFromACommitPositionBeforeThePreparePosition() {
        ReadReq.Options.Builder options = all();
        options.getAllBuilder().getPositionBuilder().setPreparePosition(before.getCommitUnsigned() + 1);

        refused(Status.Code.UNKNOWN, options);
    }

    @Test
    void refusesAReadThatDoesNotSayHowToWriteIds() {
        refused(Status.Code.INVALID_ARGUMENT, stream().clearUuidOption());
    }

    @Test
    void writesIdsAsTheReaderWants() {
        UUID id = UUID.randomUUID();
        String stream = unique("wire");
        append(stream, EventDataBuilder.json(id, "Opened", bytes("{}")).build());
        ReadReq.Options.Builder options = stream();
        options.getStreamBuilder().setStreamIdentifier(identifier(stream));

        Shared.UUID structured = read(options).get(0).getEvent().getEvent().getId();
        options.getUuidOptionBuilder().setString(Empty.getDefaultInstance());
        Shared.UUID text = read(options).get(0).getEvent().getEvent().getId();

        assertThat(structured.getStructured().getMostSignificantBits()).isEqualTo(id.getMostSignificantBits());
        assertThat(structured.getStructured().getLeastSignificantBits()).isEqualTo(id.getLeastSignificantBits());
        assertThat(text.getString()).isEqualTo(id.toString());
    }

    @Test
    void tellsTheLastRevisionOnlyToReadersThatKnowOfIt() {
        assertThat(read(stream()))
                .last()
                .satisfies(last -> assertThat(last.getLastStreamPosition()).isEqualTo(3));
        assertThat(read(stream().clearControlOption())).allMatch(ReadResp::hasEvent);
    }

    @Test
    void refusesAnAppendThatExpectsNothingAtAll() {
        AppendReq.Builder options = AppendReq.newBuilder()
                .setOptions(AppendReq.Options.newBuilder().setStreamIdentifier(identifier(unique("wire"))));

        Outcome.refusal(Status.Code.INVALID_ARGUMENT, WIRE.append(options.build()));
    }

    @Test
    void refusesAnEventWithoutAType() {
        assertLacks("content-type", "type");
    }

    @Test
    void refusesAnEventWithoutAContentType() {
        assertLacks("type", "content-type");
    }

    private static void assertLacks(String there, String missing) {
        AppendReq options = AppendReq.newBuilder()
                .setOptions(AppendReq.Options.newBuilder()
                        .setStreamIdentifier(identifier(unique("wire")))
                        .setAny(Empty.getDefaultInstance()))
                .build();
        AppendReq event = AppendReq.newBuilder()
                .setProposedMessage(AppendReq.ProposedMessage.newBuilder()
                        .setId(Shared.UUID
                                .newBuilder()
                                .setString(UUID.randomUUID().toString()))
                        .putMetadata(there, "application/json"))
                .build();

        StatusRuntimeException refused = Outcome.refusal(Status.Code.INVALID_ARGUMENT, WIRE.append(options, event));

        assertThat(Outcome.trailer(refused, "exception")).isEqualTo("missing-required-metadata-property");
        assertThat(refused.getStatus().getDescription()).contains("'" + missing + "'");
    }

    @Test
    void gossipsOfOneLeaderThatIsAlive() {
        assertThat(WIRE.gossip().getMembersList())
                .filteredOn(member -> member.getState() == MemberInfo.VNodeState.Leader)
                .singleElement()
                .satisfies(leader -> {
                    assertThat(leader.getIsAlive()).isTrue();
                    assertThat(leader.getHttpEndPoint().getPort()).isPositive();
                });
    }

    @Test
    void listsTheMethodsThatItSupports() {
        assertThat(WIRE.features().getMethodsList())
                .anyMatch(method -> method.getMethodName().equals("read")
                        && method.getServiceName().equals("event_store.client.streams.streams"));
    }
}
