package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;

/** Reads the expected revision of each request that has one; a request without one is refused. */
final class Expected {
    private Expected() {}

    static long of(AppendReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> options.getRevision();
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("AppendReq");
        };
    }

    static long of(DeleteReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> options.getRevision();
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("DeleteReq");
        };
    }

    static long of(TombstoneReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> options.getRevision();
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("TombstoneReq");
        };
    }

    private static RuntimeException notSet(String request) {
        return Refusals.invalid("'None' is not a valid EventStore.Client.Streams." + request
                + "+Types+Options+ExpectedStreamRevisionOneofCase");
    }
}
