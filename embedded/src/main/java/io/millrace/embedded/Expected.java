package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;

/** Reads the expected revision of each request that has one; a request without one is refused. */
final class Expected {
    private Expected() {}

    static long of(AppendReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> revision(options.getRevision());
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("AppendReq");
        };
    }

    static long of(DeleteReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> revision(options.getRevision());
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("DeleteReq");
        };
    }

    static long of(TombstoneReq.Options options) {
        return switch (options.getExpectedStreamRevisionCase()) {
            case REVISION -> revision(options.getRevision());
            case NO_STREAM -> ExpectedRevision.NO_STREAM;
            case ANY -> ExpectedRevision.ANY;
            case STREAM_EXISTS -> ExpectedRevision.STREAM_EXISTS;
            case EXPECTEDSTREAMREVISION_NOT_SET -> throw notSet("TombstoneReq");
        };
    }

    /** 2^64 - 1 stands for "no stream"; nothing between it and 2^63 is a revision. */
    private static long revision(long unsigned) {
        if (unsigned < ExpectedRevision.NO_STREAM) {
            throw Refusals.handlerThrew();
        }
        return unsigned;
    }

    private static RuntimeException notSet(String request) {
        return Refusals.invalid("'None' is not a valid EventStore.Client.Streams." + request
                + "+Types+Options+ExpectedStreamRevisionOneofCase");
    }
}
