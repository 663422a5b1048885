package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SystemProjectionsTest {
    private final Store store = Store.open(Optional.empty(), true);

    @Test
    void linksEachEventByCategoryAndType() {
        append("cat-1", "A", "{}");
        append("cat-2", "B", "{}");
        append("cat-1", "A", "{}");
        assertThat(data("$ce-cat")).containsExactly("0@cat-1", "0@cat-2", "1@cat-1");
        assertThat(data("$et-A")).containsExactly("0@cat-1", "1@cat-1");
        assertThat(data("$category-cat")).containsExactly("cat-1", "cat-2");
        assertThat(data("$streams")).containsExactly("0@cat-1", "0@cat-2");
    }

    @Test
    void passesOverEventsWhoseJsonIsNone() {
        append("cat-1", "A", "{{{");
        append("cat-1", "A", "{'n':1,}");
        assertThat(data("$ce-cat")).containsExactly("1@cat-1");
        assertThat(store.log().find("$streams")).isEmpty();
    }

    @Test
    void followsMetadataUnderTheNameOfItsStream() {
        append("cat-1", "A", "{}");
        append("$$cat-1", "$metadata", "{\"$maxCount\":3}");
        assertThat(data("$et-$metadata")).containsExactly("0@cat-1");
        assertThat(data("$streams")).containsExactly("0@cat-1", "0@$$cat-1");
        assertThat(data("$ce-cat")).containsExactly("0@cat-1");
    }

    @Test
    void tellsCategoriesOfDeletedStreams() {
        append("cat-1", "A", "{}");
        store.writer().softDelete("cat-1", ExpectedRevision.ANY);
        append("cat-2", "A", "{}");
        store.writer().tombstone("cat-2", ExpectedRevision.ANY);
        assertThat(data("$ce-cat")).containsExactly("0@cat-1", "0@$$cat-1", "0@cat-2", Long.MAX_VALUE + "@cat-2");
        assertThat(data("$et-$deleted")).containsExactly("0@cat-1", Long.MAX_VALUE + "@cat-2");
        assertThat(metadata("$ce-cat", 1)).contains("\"$o\":\"cat-1\",\"$deleted\":-1,");
    }

    @Test
    void linksToWhatAClientsLinkPointsTo() {
        append("cat-1", "A", "{}");
        append("links-1", "$>", "0@cat-1");
        append("links-1", "$>", "7@cat-1");
        append("links-1", "$>", "0@nowhere");
        assertThat(data("$ce-links")).containsExactly("0@cat-1", "-1@");
        assertThat(data("$streams")).containsExactly("0@cat-1", "0@links-1");
    }

    @Test
    void namesItsCause() {
        append("cat-1", "A", "{}");
        RecordCursor cause = record("cat-1", 0);
        assertThat(metadata("$ce-cat", 0))
                .isEqualTo("{\"$v\":\"3:-1:1:4\",\"$c\":" + cause.position + ",\"$p\":" + cause.position
                        + ",\"$o\":\"cat-1\",\"$causedBy\":\"" + cause.id() + "\"}");
    }

    private void append(String stream, String type, String data) {
        Proposed event = new Proposed(UUID.randomUUID(), type, true, ByteString.EMPTY, ByteString.copyFromUtf8(data));
        store.writer().append(stream, ExpectedRevision.ANY, List.of(event));
    }

    private List<String> data(String stream) {
        return IntStream.range(0, store.log().find(stream).orElseThrow().size())
                .mapToObj(revision -> record(stream, revision).dataText())
                .toList();
    }

    private String metadata(String stream, int revision) {
        return record(stream, revision).customMetadata().toStringUtf8();
    }

    private RecordCursor record(String stream, int revision) {
        StreamState state = store.log().find(stream).orElseThrow();
        return new RecordCursor(store.log()).load(state.sequenceOf(revision));
    }
}
