package io.millrace.sql;

import java.util.ArrayList;
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
    record Planned(String text, String merge, List<Parameter> parameters, boolean usersOwn) {
        /** One that is the same in every session. */
        Planned(String text, List<Parameter> parameters, boolean usersOwn) {
            this(text, text, parameters, usersOwn);
        }

        String text(boolean merging) {
            return merging ? merge : text;
        }
    }

    /** These statements, and then others. */
    StatementPlan with(List<Planned> others) {
        return new StatementPlan(
                Stream.concat(statements.stream(), others.stream()).toList());
    }

    List<String> texts(boolean merging) {
        List<String> texts = new ArrayList<>(statements.size());
        for (Planned planned : statements) {
            texts.add(planned.text(merging));
        }
        return texts;
    }

    boolean hasRawSql() {
        return statements.stream().anyMatch(Planned::usersOwn);
    }
}
