package io.millrace.embedded;

import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.ByteString;
import java.util.UUID;

/** The messages beside events that reads and subscriptions consist of. */
final class Messages {
    static final ReadResp CAUGHT_UP = ReadResp.newBuilder()
            .setCaughtUp(ReadResp.CaughtUp.getDefaultInstance())
            .build();
    static final ReadResp FELL_BEHIND = ReadResp.newBuilder()
            .setFellBehind(ReadResp.FellBehind.getDefaultInstance())
            .build();

    private Messages() {}

    static ReadResp confirmation() {
        return ReadResp.newBuilder()
                .setConfirmation(ReadResp.SubscriptionConfirmation.newBuilder()
                        .setSubscriptionId(UUID.randomUUID().toString()))
                .build();
    }

    static ReadResp checkpoint(LogPosition position) {
        return ReadResp.newBuilder()
                .setCheckpoint(ReadResp.Checkpoint.newBuilder()
                        .setCommitPosition(position.commit())
                        .setPreparePosition(position.prepare()))
                .build();
    }

    static ReadResp streamNotFound(String stream) {
        return ReadResp.newBuilder()
                .setStreamNotFound(ReadResp.StreamNotFound.newBuilder()
                        .setStreamIdentifier(
                                StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(stream))))
                .build();
    }

    static ReadResp firstStreamPosition(long revision) {
        return ReadResp.newBuilder().setFirstStreamPosition(revision).build();
    }

    static ReadResp lastStreamPosition(long revision) {
        return ReadResp.newBuilder().setLastStreamPosition(revision).build();
    }
}
