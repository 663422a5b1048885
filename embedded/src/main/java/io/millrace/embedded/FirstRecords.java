package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.UUID;

/** What a real server writes for itself when it starts for the first time, by name and type; the data is ours. */
final class FirstRecords {
    private static final List<String> PROJECTIONS =
            List.of("$streams", "$stream_by_category", "$by_category", "$by_event_type", "$by_correlation_id");
    private static final String SCAVENGES =
            "{\"$maxAge\":2592000,\"$acl\":{\"$r\":\"$ops\",\"$w\":[],\"$d\":[],\"$mr\":[],\"$mw\":[]}}";
    private static final String READABLE_BY_ALL = "{\"$acl\":{\"$r\":\"$all\",\"$mr\":\"$all\"}}";

    private FirstRecords() {}

    static void write(LogWriter writer, boolean systemProjections) {
        if (systemProjections) {
            write(writer, "$projections-$all", "$ProjectionsInitialized", false, "");
        }
        write(writer, "$$$scavenges", EventLog.METADATA_TYPE, true, SCAVENGES);
        if (systemProjections) {
            PROJECTIONS.forEach(name -> write(writer, "$projections-$all", "$ProjectionCreated", false, name));
            for (int time = 0; time < 2; time++) {
                PROJECTIONS.forEach(name ->
                        write(writer, "$projections-" + name, "$ProjectionUpdated", true, "{\"enabled\":true}"));
            }
            write(writer, "$$$et", EventLog.METADATA_TYPE, true, READABLE_BY_ALL);
            write(writer, "$et", "$Checkpoint", true, "{\"$c\":0,\"$p\":-1}");
        }
    }

    private static void write(LogWriter writer, String stream, String type, boolean json, String data) {
        Proposed event = new Proposed(UUID.randomUUID(), type, json, ByteString.EMPTY, ByteString.copyFromUtf8(data));
        writer.append(stream, ExpectedRevision.ANY, List.of(event));
    }
}
