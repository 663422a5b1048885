package io.millrace.embedded;

/** A read of {@code $all}, forwards or backwards: matching events and nothing else, up to a count or the end. */
final class AllRead extends ResponsePump {
    private final EventLog log;
    private final EventFilter filter;
    private final EventWriter writer;
    private final RecordCursor cursor;
    private final boolean forwards;
    private final int head;
    private long left;
    private int next;

    AllRead(CallContext call, boolean forwards, int next, long count, EventFilter filter, EventWriter writer) {
        super(call, () -> {});
        this.log = call.log();
        this.forwards = forwards;
        this.head = log.head();
        this.next = next;
        this.left = count;
        this.filter = filter;
        this.writer = writer;
        this.cursor = new RecordCursor(log);
    }

    @Override
    void turn() {
        while (mayGoOn()) {
            if (left == 0 || next < 0 || next >= head) {
                complete();
                return;
            }
            cursor.header(next);
            next += forwards ? 1 : -1;
            if (filter.matches(cursor)) {
                left--;
                sendEvent(writer.write(cursor.sequence));
            } else {
                lookedAt();
            }
        }
    }
}
