package io.millrace.sql;

import static java.util.stream.Collectors.joining;

import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.util.Collection;
import java.util.List;

/** The statements that an administrator runs where the program may not create anything itself. */
final class SchemaScript {
    private SchemaScript() {}

    static String of(PostgresSettings settings, Collection<? extends Projection> projections) {
        List<ReadModel> tables = projections.stream()
                .flatMap(projection -> projection.readModels().stream())
                .toList();
        StringBuilder script = new StringBuilder("-- Millrace's own schema, version " + MillraceSchema.VERSION + "\n");
        script.append(MillraceSchema.script()).append("\n-- The read models\n");
        script.append("CREATE SCHEMA IF NOT EXISTS ")
                .append(Identifiers.quoted(settings.schema()))
                .append(";\n");
        tables.forEach(table ->
                script.append(TableText.create(settings.schema(), table)).append(";\n"));
        return script.append('\n').append(grants(settings, tables)).toString();
    }

    private static String grants(PostgresSettings settings, List<ReadModel> tables) {
        String to = " TO " + settings.user().map(Identifiers::quoted).orElse("CURRENT_USER") + ";\n";
        String names = tables.stream()
                .map(table -> Identifiers.quoted(settings.schema(), table.table()))
                .collect(joining(", "));
        return "-- What the role that Millrace connects as needs, if another one runs this\n"
                + "GRANT USAGE ON SCHEMA millrace, " + Identifiers.quoted(settings.schema()) + to
                + "GRANT SELECT ON millrace.schema_version" + to
                + "GRANT SELECT, INSERT, UPDATE, DELETE ON millrace.checkpoints, millrace.read_models,"
                + " millrace.instances, millrace.leases, millrace.parked_events, millrace.flush_counts" + to
                + "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA millrace" + to
                + (names.isEmpty() ? "" : "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON " + names + to);
    }
}
