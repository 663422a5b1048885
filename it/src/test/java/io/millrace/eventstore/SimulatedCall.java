package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;

/** A call that is answered at once, with few messages. */
class SimulatedCall implements StoreCalls.Call {
    final SimulatedConnection connection;
    private final StoreCalls.Answers answers;
    private boolean ended;

    SimulatedCall(SimulatedConnection connection, StoreCalls.Answers answers) {
        this.connection = connection;
        this.answers = answers;
    }

    final boolean isEnded() {
        return ended;
    }

    final void say(ReadResp message) {
        if (!ended) {
            answers.onMessage(message);
        }
    }

    final void end(Status status) {
        end(status, new Metadata());
    }

    void end(Status status, Metadata trailers) {
        if (!ended) {
            ended = true;
            connection.ended(this);
            answers.onEnd(status, trailers);
        }
    }

    @Override
    public void request(int messages) {
        // Few come anyway.
    }

    @Override
    public void cancel() {
        ended = true;
        connection.ended(this);
    }
}
