package io.millrace.service.imports;

import io.millrace.eventstore.NewEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes events of rows, a window of them at a time. */
final class RowEvents {
    private static final long BYTES_AT_MOST = 64L << 20;

    private final Rows rows;
    private final ImportPlan plan;
    private final ImportMark mark;

    RowEvents(Rows rows, ImportPlan plan, ImportMark mark) {
        this.rows = rows;
        this.plan = plan;
        this.mark = mark;
    }

    /** The next window; empty at the end. @throws BadLineException if one of its lines is bad */
    List<RowEvent> nextWindow() {
        List<RowEvent> window = new ArrayList<>();
        long bytes = 0;
        while (window.size() < plan.window() && bytes < BYTES_AT_MOST) {
            Optional<Row> row = rows.next();
            if (row.isEmpty()) {
                break;
            }
            RowEvent event = event(row.get());
            bytes += event.event().sizeInBytes();
            window.add(event);
        }
        return window;
    }

    private RowEvent event(Row row) {
        NewEvent event = NewEvent.json(
                mark.eventId(row.number()),
                plan.type().fillIn(row),
                row.json().getBytes(StandardCharsets.UTF_8),
                mark.metadata(row.number()));
        return new RowEvent(row.number(), plan.stream().fillIn(row), event);
    }
}
