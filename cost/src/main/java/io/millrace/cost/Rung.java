package io.millrace.cost;

import io.millrace.batching.FlushPolicy;
import java.util.Objects;

/**
 * A way to run a projection, a step cheaper than the one before. Immutable.
 *
 * @param number counted from 1
 * @param filters whether events that nobody handles are left out by the server
 * @param sending how the statements of a flush go out
 * @param statements what is a statement
 * @param burst so many live events come at once; 1 lets each come after the flush of the one before
 */
public record Rung(
        int number,
        String name,
        boolean filters,
        FlushPolicy policy,
        Sending sending,
        StatementCount statements,
        int burst) {
    public Rung {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(sending, "sending");
        Objects.requireNonNull(statements, "statements");
        if (burst < 1) {
            throw new IllegalArgumentException("expected bursts of at least 1 event: burst=" + burst);
        }
    }

    Rung with(int newNumber, String newName) {
        return new Rung(newNumber, newName, filters, policy, sending, statements, burst);
    }

    Rung with(FlushPolicy newPolicy) {
        return new Rung(number, name, filters, newPolicy, sending, statements, burst);
    }

    Rung with(StatementCount newStatements) {
        return new Rung(number, name, filters, policy, sending, newStatements, burst);
    }

    Rung with(int newBurst) {
        return new Rung(number, name, filters, policy, sending, statements, newBurst);
    }
}
