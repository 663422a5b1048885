package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;

/** Passes messages on, the data of events blown up to so many bytes. */
record Enlarging(StreamObserver<ReadResp> client, int bytes) implements StreamObserver<ReadResp> {
    @Override
    public void onNext(ReadResp message) {
        if (message.hasEvent()) {
            ReadResp.Builder enlarged = message.toBuilder();
            enlarged.getEventBuilder().getEventBuilder().setData(ByteString.copyFrom(new byte[bytes]));
            client.onNext(enlarged.build());
        } else {
            client.onNext(message);
        }
    }

    @Override
    public void onError(Throwable error) {
        client.onError(error);
    }

    @Override
    public void onCompleted() {
        client.onCompleted();
    }
}
