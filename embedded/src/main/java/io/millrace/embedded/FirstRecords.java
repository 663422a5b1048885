package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.UUID;

/** What a real server writes for itself when it starts for the first time: as 24.6.0 was recorded to. */
final class FirstRecords {
    private static final String SCAVENGES =
            "{\"$maxAge\":2592000,\"$acl\":{\"$r\":\"$ops\",\"$w\":[],\"$d\":[],\"$mr\":[],\"$mw\":[]}}";
    private static final String READABLE_BY_ALL = "{\"$acl\":{\"$r\":\"$all\",\"$mr\":\"$all\"}}";

    private static final String BY_FIRST_DASH = "first\\r\\n-";
    private static final Projection STREAMS = new Projection("$streams", "IndexStreams", "", true);
    private static final Projection STREAM_BY_CATEGORY =
            new Projection("$stream_by_category", "CategorizeStreamByPath", BY_FIRST_DASH, true);
    private static final Projection BY_CATEGORY =
            new Projection("$by_category", "CategorizeEventsByStreamPath", BY_FIRST_DASH, true);
    private static final Projection BY_EVENT_TYPE =
            new Projection("$by_event_type", "IndexEventsByEventType", "", false);
    private static final Projection BY_CORRELATION_ID = new Projection(
            "$by_correlation_id", "ByCorrelationId", "{\\\"correlationIdProperty\\\":\\\"$correlationId\\\"}", false);

    private FirstRecords() {}

    /** A system projection; the query is as it stands in JSON. */
    private record Projection(String name, String handler, String query, boolean includesLinks) {
        String json(boolean enabled) {
            return String.join(
                    "\n",
                    "{",
                    "  \"handlerType\": \"native:EventStore.Projections.Core.Standard." + handler + "\",",
                    "  \"query\": \"" + query + "\",",
                    "  \"mode\": \"Continuous\"," + (enabled ? "\n  \"enabled\": true," : ""),
                    "  \"sourceDefinition\": {",
                    "    \"allEvents\": true,",
                    "    \"allStreams\": true,",
                    "    \"categories\": [],",
                    "    \"events\": [],",
                    "    \"streams\": [],",
                    "    \"options\": {",
                    "      \"definesFold\": true" + (includesLinks ? ",\n      \"includeLinks\": true" : ""),
                    "    }",
                    "  },",
                    "  \"emitEnabled\": true,",
                    "  \"checkpointsDisabled\": false,",
                    "  \"trackEmittedStreams\": false,",
                    "  \"epoch\": -1,",
                    "  \"version\": " + (enabled ? 1 : 0) + ",",
                    "  \"runAs\": {",
                    "    \"name\": \"$system\"",
                    "  },",
                    "  \"checkpointHandledThreshold\": 4000,",
                    "  \"checkpointUnhandledBytesThreshold\": 10000000,",
                    "  \"pendingEventsThreshold\": 5000,",
                    "  \"maxWriteBatchLength\": 500,",
                    "  \"projectionSubsystemVersion\": 4,",
                    "  \"projectionExecutionTimeout\": 250",
                    "}");
        }
    }

    static void write(LogWriter writer, boolean systemProjections) {
        if (systemProjections) {
            write(writer, "$projections-$all", "$ProjectionsInitialized", false, "");
        }
        write(writer, "$$$scavenges", EventLog.METADATA_TYPE, true, SCAVENGES);
        if (systemProjections) {
            writeProjections(writer);
            write(writer, "$$$et", EventLog.METADATA_TYPE, true, READABLE_BY_ALL);
            write(writer, "$et", "$Checkpoint", true, "{\"$c\":0,\"$p\":-1}");
        }
    }

    /** The order in which they are updated is another each time; this one was recorded. */
    private static void writeProjections(LogWriter writer) {
        List.of(STREAMS, STREAM_BY_CATEGORY, BY_CATEGORY, BY_EVENT_TYPE, BY_CORRELATION_ID)
                .forEach(created -> write(writer, "$projections-$all", "$ProjectionCreated", false, created.name()));
        List.of(BY_EVENT_TYPE, STREAMS, BY_CORRELATION_ID, STREAM_BY_CATEGORY, BY_CATEGORY)
                .forEach(updated -> update(writer, updated, false));
        List.of(BY_EVENT_TYPE, BY_CATEGORY, STREAMS, BY_CORRELATION_ID, STREAM_BY_CATEGORY)
                .forEach(enabled -> update(writer, enabled, true));
    }

    private static void update(LogWriter writer, Projection projection, boolean enabled) {
        write(writer, "$projections-" + projection.name(), "$ProjectionUpdated", true, projection.json(enabled));
    }

    private static void write(LogWriter writer, String stream, String type, boolean json, String data) {
        Proposed event = new Proposed(UUID.randomUUID(), type, json, ByteString.EMPTY, ByteString.copyFromUtf8(data));
        writer.append(stream, ExpectedRevision.ANY, List.of(event));
    }
}
