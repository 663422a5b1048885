package io.millrace.it.simulation;

/** What can go wrong in the simulated world. */
public enum Fault {
    // Calls to the event store.
    /** The server completes a subscription. */
    CALL_COMPLETED,
    /** A subscription ends with an error. */
    CALL_FAILED,
    /** The server cancels a subscription. */
    CALL_CANCELLED,
    /** A follower confirms the subscription, and then says that it is not the leader; or says so at once. */
    NOT_LEADER,
    /** A subscription goes silent and stays open. */
    CALL_STALLED,
    /** A subscription is never confirmed. */
    NOT_CONFIRMED,
    /** Seconds between two messages. */
    SLOW_DELIVERY,
    /** Caught up is said again and again. */
    CAUGHT_UP_REPEATED,
    /** Fell behind is said. */
    FELL_BEHIND,
    /** An event is sent twice. */
    EVENT_REPEATED,
    /** A single read ends with an error. */
    READ_FAILED,
    /** A single read is never answered, until its deadline. */
    READ_UNANSWERED,
    /** Every call fails for a while. */
    STORE_AWAY,
    /** One node of the store ends before the checkpoint for a moment. */
    FOLLOWER_BEHIND,

    // Calls to the database.
    /** No connection can be opened, or the server refuses one more. */
    CONNECTION_REFUSED,
    /** A flush is lost on its way to the server. */
    FLUSH_LOST,
    /** A flush is committed, and the reply is lost. */
    REPLY_LOST,
    /** A flush waits at the server after its connection was lost, and is run later. */
    LEFT_WAITING,
    /** Half of a flush arrived: its session holds the row locks and never commits. */
    LEFT_HOLDING_LOCKS,
    /** The server refuses a flush for the moment: deadlock, timeout, full, read-only. */
    FLUSH_REFUSED,
    /** A flush meets a limit of time. */
    FLUSH_TOO_SLOW,
    /** The server ends a session. */
    SESSION_ENDED,
    /** The connection is lost during a rollback. */
    ROLLBACK_LOST,
    /** The connection is lost, or the server turns out to be a standby, while the checkpoint is read. */
    CHECKPOINT_UNREAD,
    /** A lost session does not end when it is told to. */
    LOST_SESSION_LINGERS,
    /** A call takes seconds. */
    SLOW_DATABASE,
    /** The server stops and starts again: every session ends. */
    DATABASE_RESTARTED,
    /** The network is cut for a while: sessions go on at the server. */
    DATABASE_UNREACHABLE,
    /** A standby takes over that lacks the last commits. */
    COMMITS_LOST,
    /** The database's clock jumps, back or forth. */
    CLOCK_SET,
    /** A request of the leases is lost on its way. */
    LEASE_REQUEST_LOST,
    /** What leases asked for is done, and the reply is lost. */
    LEASE_REPLY_LOST,

    // Processes.
    /** A process ends without a word, at any moment. */
    CRASH,
    /** A process ends while a flush of it is under way. */
    CRASH_IN_FLUSH,
    /** A process stands still for a while, and goes on. */
    FREEZE,
    /** A process is asked to stop, and started again. */
    STOP,
    /** Another process is started for the same projection. */
    SECOND_PROCESS,
    /** A command claims the lease of a projection for a while. */
    CLAIM,
    /** Somebody empties the read model and raises the epoch. */
    RESET,

    // Events.
    /** A handler that always fails. */
    POISON_IN_HANDLER,
    /** Values that the database refuses. */
    POISON_IN_DATABASE;

    boolean isPoison() {
        return this == POISON_IN_HANDLER || this == POISON_IN_DATABASE;
    }
}
