package io.millrace.embedded;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One append: its options, then its events, then the answer. */
final class AppendCall implements StreamObserver<AppendReq> {
    private final LogWriter writer;
    private final int maxBytes;
    private final Access access;
    private final Optional<RuntimeException> redirect;
    private final StreamObserver<AppendResp> response;
    private final List<Proposed> events = new ArrayList<>();
    private AppendReq.@Nullable Options options;
    private long bytes;
    private boolean refused;

    AppendCall(
            LogWriter writer,
            int maxBytes,
            Access access,
            Optional<RuntimeException> redirect,
            StreamObserver<AppendResp> response) {
        this.writer = writer;
        this.maxBytes = maxBytes;
        this.access = access;
        this.redirect = redirect;
        this.response = response;
    }

    @Override
    public void onNext(AppendReq request) {
        if (refused) {
            return;
        }
        try {
            if (request.hasOptions()) {
                options = request.getOptions();
                Expected.of(options);
                access.check(Access.Action.WRITE, streamName(options));
            } else {
                propose(request.getProposedMessage());
            }
        } catch (StatusRuntimeException refusal) {
            refuse(refusal);
        }
    }

    private void refuse(RuntimeException refusal) {
        refused = true;
        response.onError(refusal);
    }

    private void propose(AppendReq.ProposedMessage message) {
        Map<String, String> metadata = message.getMetadataMap();
        String type = required(metadata, "type");
        String contentType = required(metadata, "content-type");
        // The data alone counts, as in 24.6 (an operator precedence in its source has it so).
        bytes += message.getData().size();
        if (bytes > maxBytes) {
            throw Refusals.appendTooLarge(maxBytes);
        }
        if (type.isEmpty()) {
            throw Refusals.handlerThrew();
        }
        events.add(new Proposed(
                ProposedId.of(message.getId()),
                type,
                contentType.equals(Proposed.JSON),
                message.getCustomMetadata(),
                message.getData()));
    }

    private static String required(Map<String, String> metadata, String property) {
        String value = metadata.get(property);
        if (value == null) {
            throw Refusals.missingMetadata(property);
        }
        return value;
    }

    @Override
    public void onError(Throwable cancelled) {
        refused = true;
    }

    @Override
    public void onCompleted() {
        if (refused) {
            return;
        }
        AppendReq.Options to = options;
        try {
            if (to == null || streamName(to).isEmpty()) {
                throw Refusals.handlerThrew();
            }
            redirect.ifPresent(notLeader -> {
                throw notLeader;
            });
            String stream = streamName(to);
            response.onNext(answer(to, writer.append(stream, Expected.of(to), events), stream));
            response.onCompleted();
        } catch (StatusRuntimeException refusal) {
            response.onError(refusal);
        }
    }

    private static String streamName(AppendReq.Options options) {
        return options.getStreamIdentifier().getStreamName().toStringUtf8();
    }

    private static AppendResp answer(AppendReq.Options options, AppendOutcome outcome, String stream) {
        if (outcome instanceof AppendOutcome.Appended done) {
            return AppendResp.newBuilder().setSuccess(success(done)).build();
        }
        if (outcome instanceof AppendOutcome.WrongRevision wrong) {
            return AppendResp.newBuilder()
                    .setWrongExpectedVersion(wrongExpectedVersion(options, wrong.current()))
                    .build();
        }
        throw Refusals.streamDeleted(stream);
    }

    private static AppendResp.Success success(AppendOutcome.Appended done) {
        AppendResp.Success.Builder success = AppendResp.Success.newBuilder();
        if (done.position() < 0) {
            success.setNoPosition(Empty.getDefaultInstance());
        } else {
            success.setPosition(AppendResp.Position.newBuilder()
                    .setCommitPosition(done.position())
                    .setPreparePosition(done.position()));
        }
        return done.revision() < 0
                ? success.setNoStream(Empty.getDefaultInstance()).build()
                : success.setCurrentRevision(done.revision()).build();
    }

    /** Old and new fields both, as the server fills them: "no stream" is 2^64 - 1 in the old ones. */
    private static AppendResp.WrongExpectedVersion wrongExpectedVersion(AppendReq.Options options, long current) {
        AppendResp.WrongExpectedVersion.Builder wrong = AppendResp.WrongExpectedVersion.newBuilder();
        Empty yes = Empty.getDefaultInstance();
        if (current < 0) {
            wrong.setNoStream2060(yes).setCurrentNoStream(yes);
        } else {
            wrong.setCurrentRevision2060(current).setCurrentRevision(current);
        }
        switch (options.getExpectedStreamRevisionCase()) {
            case REVISION ->
                wrong.setExpectedRevision2060(options.getRevision()).setExpectedRevision(options.getRevision());
            case ANY -> wrong.setAny2060(yes).setExpectedAny(yes);
            case STREAM_EXISTS -> wrong.setStreamExists2060(yes).setExpectedStreamExists(yes);
            default -> wrong.setExpectedRevision2060(-1).setExpectedNoStream(yes);
        }
        return wrong.build();
    }
}
