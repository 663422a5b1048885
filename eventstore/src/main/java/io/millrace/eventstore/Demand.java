package io.millrace.eventstore;

/**
 * How much may come: the events that the subscriber still allows, and the messages that were asked of the call for them.
 * One message more is always asked for, since what follows the last allowed event may be no event at all; if it is one,
 * it is held back.
 */
final class Demand {
    /** Below this many messages to come, ask for more; above, only in steps of {@link #STEP}, since asking has a price. */
    private static final long LOW = 64;

    private static final long STEP = 128;

    private long allowed;
    private long asked;

    /** The subscriber takes this many more events. */
    void allow(long events) {
        allowed = Math.min(Integer.MAX_VALUE, allowed + events);
    }

    boolean allowsEvent() {
        return allowed > 0;
    }

    void eventHandedOn() {
        allowed--;
    }

    void messageCame() {
        asked--;
    }

    /** Another call: nothing was asked of it yet. */
    void restart() {
        asked = 0;
    }

    /** How many messages to ask for now, taken as asked for; 0 if none. */
    int topUp() {
        long missing = allowed + 1 - asked;
        if (missing <= 0 || (asked >= LOW && missing < STEP)) {
            return 0;
        }
        int now = (int) Math.min(Integer.MAX_VALUE, missing);
        asked += now;
        return now;
    }
}
