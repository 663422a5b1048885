package io.millrace.sql;

import java.util.List;
import java.util.stream.Stream;

/**
 * The statements that write a change set, in order; the checkpoint's not among them. A value: planning does no I/O.
 */
record StatementPlan(List<Planned> statements) {

    StatementPlan {
        statements = List.copyOf(statements);
    }

    /**
     * One statement.
     *
     * @param text the same for every change of this table and shape, whatever the number of rows; for any session
     * @param merge what a session that merges sends in its place, with the same parameters
     * @param parameters one per {@code ?}
     * @param usersOwn whether it is a user's raw SQL
     */
    record Planned(String text, Merge merge, List<Parameter> parameters, boolean usersOwn) {
        /** One that is the same in every session. */
        Planned(String text, List<Parameter> parameters, boolean usersOwn) {
            this(text, new Merge(text, false), parameters, usersOwn);
        }

        String text(boolean merging) {
            return merging ? merge.text() : text;
        }
    }

    /**
     * A statement as a session sends it that merges.
     *
     * @param ofOneRow whether it writes one row: then it takes values in place of arrays
     */
    record Merge(String text, boolean ofOneRow) {}

    /** These statements, and then others. */
    StatementPlan with(List<Planned> others) {
        return new StatementPlan(
                Stream.concat(statements.stream(), others.stream()).toList());
    }

    boolean hasRawSql() {
        for (Planned planned : statements) {
            if (planned.usersOwn()) {
                return true;
            }
        }
        return false;
    }
}
