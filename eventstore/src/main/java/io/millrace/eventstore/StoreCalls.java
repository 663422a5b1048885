package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;

/**
 * The calls that a reader makes, and all that it knows of the network. Behind it stands gRPC, or a simulation. Finding a
 * node and connecting belong to the first call; when that fails, the call ends with the status that says why.
 */
interface StoreCalls {

    /** Begins a call. Its answers come later, never before this has returned; one at a time, the end last. */
    Call read(ReadReq request, Terms terms, Answers answers);

    /**
     * Forgets the connection, so that the next call looks for a node anew; calls under way end.
     *
     * @param leader the node to go to; empty to choose one again from those of the connection string
     */
    void reconnect(Optional<Endpoint> leader);

    /** How errors name the store that is called. */
    String target();

    /** Ends all calls and the connection. */
    void close();

    /**
     * How a call is made.
     *
     * @param asked who may answer
     * @param deadline when it must have ended; empty for a subscription
     */
    record Terms(Asked asked, Optional<Duration> deadline) {}

    /** Who may answer a call. */
    enum Asked {
        /** The leader, unless the connection string prefers other nodes. */
        PREFERRED_NODE,
        /** Whoever the connection leads to. */
        ANY_NODE
    }

    /** A call under way. */
    interface Call {

        /** Allows this many more messages to come. */
        void request(int messages);

        /** Ends it; its end may still be reported. */
        void cancel();

        /** How many bytes of messages came so far, also of one that is not complete yet; never falls. */
        default long receivedBytes() {
            return 0;
        }
    }

    /** Takes what a call brings. */
    interface Answers {
        void onMessage(ReadResp message);

        /** The last that is said; the status is OK when the server completed the call. */
        void onEnd(Status status, Metadata trailers);
    }
}
