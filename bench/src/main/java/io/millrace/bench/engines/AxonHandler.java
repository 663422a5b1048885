package io.millrace.bench.engines;

import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;

/** The user's handler: gathers the events of a batch, and writes them before it is committed. */
final class AxonHandler implements EventHandlerInvoker {
    private static final String GATHERED = "gathered";

    private final AxonTransactions transactions;
    private final Workload workload;
    private final String schema;
    private final Writing writing;
    private final Countdown countdown;

    AxonHandler(AxonTransactions transactions, Workload workload, String schema, Writing writing, Countdown countdown) {
        this.transactions = transactions;
        this.workload = workload;
        this.schema = schema;
        this.writing = writing;
        this.countdown = countdown;
    }

    /** Streams are kept in order, and so are rows: each has events of one stream only. */
    @Override
    public boolean canHandle(EventMessage<?> message, Segment segment) {
        return segment.matches(((EventEnvelope) message.getPayload()).stream());
    }

    @Override
    public void handle(EventMessage<?> message, Segment segment) throws Exception {
        EventEnvelope event = (EventEnvelope) message.getPayload();
        if (writing == Writing.EACH) {
            write(List.of(event));
        } else {
            UnitOfWork<?> work = CurrentUnitOfWork.get().root();
            List<EventEnvelope> gathered = work.getOrComputeResource(GATHERED, name -> gather(work));
            gathered.add(event);
        }
    }

    private List<EventEnvelope> gather(UnitOfWork<?> work) {
        List<EventEnvelope> gathered = new ArrayList<>();
        work.onPrepareCommit(batch -> write(gathered));
        return gathered;
    }

    private void write(List<EventEnvelope> events) {
        try {
            writing.write(transactions.connection(), workload, schema, events);
            transactions.handled(events.size());
        } catch (SQLException e) {
            countdown.failed(e);
            throw new IllegalStateException(e);
        }
    }
}
