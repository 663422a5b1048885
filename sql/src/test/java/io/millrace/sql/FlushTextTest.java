package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.FlushText.Manner;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A key that is taken for another one would send the other one's text: nothing that it holds may be forgotten. */
class FlushTextTest {
    private static final Manner MANNER = new Manner(false, true, false, true, true);
    private static final FlushText.Key KEY = key(MANNER);
    private static final List<FlushText.Key> OTHERS = List.of(
            new FlushText.Key(List.of("MERGE"), MANNER, writer(1), "views", 1, FlushReason.LIVE, 1),
            new FlushText.Key(List.of("DELETE", "MERGE"), MANNER, writer(2), "views", 1, FlushReason.LIVE, 1),
            new FlushText.Key(List.of("DELETE", "MERGE"), MANNER, writer(1), "other", 1, FlushReason.LIVE, 1),
            new FlushText.Key(List.of("DELETE", "MERGE"), MANNER, writer(1), "views", 2, FlushReason.LIVE, 1),
            new FlushText.Key(List.of("DELETE", "MERGE"), MANNER, writer(1), "views", 1, FlushReason.SIZE, 1),
            new FlushText.Key(List.of("DELETE", "MERGE"), MANNER, writer(1), "views", 1, FlushReason.LIVE, 2));
    private static final List<FlushText.Key> OF_OTHER_MANNERS = List.of(
            key(new Manner(true, true, false, true, true)),
            key(new Manner(false, false, false, true, true)),
            key(new Manner(false, true, true, true, true)),
            key(new Manner(false, true, false, false, true)),
            key(new Manner(false, true, false, true, false)));

    private static FlushText.Key key(Manner manner) {
        return new FlushText.Key(List.of("DELETE", "MERGE"), manner, writer(1), "views", 1, FlushReason.LIVE, 1);
    }

    private static Writer writer(long id) {
        return new Writer(new UUID(0, id), "host", 7);
    }

    @Test
    void aKeyIsTheSameAsAnEqualOneOnly() {
        assertThat(KEY.isSameAs(key(new Manner(false, true, false, true, true))))
                .isTrue();
        assertThat(OTHERS).noneMatch(KEY::isSameAs);
        assertThat(OF_OTHER_MANNERS).noneMatch(KEY::isSameAs);
    }

    @Test
    void eachComponentHasItsCaseAbove() {
        int butForTheManner = FlushText.Key.class.getRecordComponents().length - 1;
        assertThat(OTHERS).hasSize(butForTheManner);
        assertThat(OF_OTHER_MANNERS).hasSize(Manner.class.getRecordComponents().length);
    }
}
