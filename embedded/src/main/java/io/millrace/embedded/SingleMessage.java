package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;

/** The answer of a read that has but one message. */
final class SingleMessage extends ResponsePump {
    private final ReadResp message;

    SingleMessage(CallContext call, ReadResp message) {
        super(call, () -> {});
        this.message = message;
    }

    @Override
    void turn() {
        if (mayGoOn()) {
            send(message);
            complete();
        }
    }
}
