package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ColumnType;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import io.millrace.projections.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The statements of one table: one per shape, up to a limit; whatever exceeds it shares one that fits every shape. */
final class TableStatements {
    private final ReadModel table;
    private final UpsertText texts;
    private final Shape mixed;
    private final int maxShapes;
    private final Map<Shape, Texts> textsByShape = new HashMap<>();
    /** Columns that were guarded once: those are from then on, so that all batches have one text. */
    private final BitSet guarded = new BitSet();

    private boolean exactly;
    /** The shape that was written last; most batches have no other. */
    private @Nullable Known last;

    TableStatements(String schema, ReadModel table, int maxShapes) {
        this.maxShapes = maxShapes;
        this.table = table;
        this.texts = new UpsertText(schema, table);
        this.mixed = Shape.mixed(table);
    }

    /** Looks for failures that the folded changes would hide; before anything is written. Rows are sorted, as below. */
    void addChecks(List<Entry<RowKey, RowChange>> changes, List<StatementPlan.Planned> statements) {
        List<Entry<RowKey, RowChange>> checked = new ArrayList<>();
        for (Entry<RowKey, RowChange> change : changes) {
            if (!change.getValue().precondition().isNone()) {
                checked.add(change);
            }
        }
        if (!checked.isEmpty()) {
            statements.add(new StatementPlan.Planned(texts.check(), checkParameters(checked), false));
        }
    }

    private List<Parameter> checkParameters(List<Entry<RowKey, RowChange>> rows) {
        List<Parameter> parameters = keyParameters(rows);
        parameters.add(
                values(ColumnType.BOOLEAN, rows, change -> change.precondition().rowExists()));
        for (Column column : table.columns()) {
            if (Operands.hasRange(column.type())) {
                parameters.add(values(
                        column.type(),
                        rows,
                        change -> span(change, column).map(Span::lowest).orElse(null)));
                parameters.add(values(
                        column.type(),
                        rows,
                        change -> span(change, column).map(Span::highest).orElse(null)));
            }
        }
        return parameters;
    }

    private static Optional<Span> span(RowChange change, Column column) {
        return Optional.ofNullable(change.precondition().sums().get(column.name()));
    }

    private static Parameter values(
            ColumnType type, List<Entry<RowKey, RowChange>> rows, Function<RowChange, @Nullable Object> value) {
        List<@Nullable Object> values = new ArrayList<>(rows.size());
        for (Entry<RowKey, RowChange> row : rows) {
            values.add(value.apply(row.getValue()));
        }
        return new Parameter.Values(type, values);
    }

    void addDeletes(List<Entry<RowKey, RowChange>> changes, List<StatementPlan.Planned> statements) {
        List<Entry<RowKey, RowChange>> deleted = new ArrayList<>();
        for (Entry<RowKey, RowChange> change : changes) {
            if (change.getValue().deleteFirst()) {
                deleted.add(change);
            }
        }
        if (!deleted.isEmpty()) {
            statements.add(new StatementPlan.Planned(texts.delete(), keyParameters(deleted), false));
        }
    }

    void addUpserts(List<Entry<RowKey, RowChange>> changes, List<StatementPlan.Planned> statements) {
        List<Entry<RowKey, RowChange>> upserted = new ArrayList<>(changes.size());
        for (Entry<RowKey, RowChange> change : changes) {
            if (!change.getValue().columns().isEmpty()) {
                upserted.add(change);
            }
        }
        Known known = last;
        if (upserted.isEmpty()) {
            return;
        }
        if (known != null && areAll(known.shape(), upserted)) {
            statements.add(planned(new Group(known, upserted)));
        } else {
            addByShape(upserted, statements);
        }
    }

    private boolean areAll(Shape shape, List<Entry<RowKey, RowChange>> rows) {
        for (Entry<RowKey, RowChange> row : rows) {
            if (!shape.isOf(table, row.getValue(), exactly, guarded)) {
                return false;
            }
        }
        return true;
    }

    private void addByShape(List<Entry<RowKey, RowChange>> upserted, List<StatementPlan.Planned> statements) {
        Map<Shape, List<Entry<RowKey, RowChange>>> byShape = byShape(upserted);
        byShape.keySet().forEach(shape -> shape.addGuarded(guarded));
        Map<String, Group> groups = new TreeMap<>();
        byShape.forEach((shape, rows) -> {
            Shape common = knownOrMixed(shape.guarding(guarded));
            Texts its = textsOf(common);
            groups.computeIfAbsent(its.upsert(), text -> new Group(new Known(common, its), new ArrayList<>()))
                    .rows()
                    .addAll(rows);
        });
        if (groups.size() < byShape.size()) { // what was put together is in order in parts only
            groups.values().forEach(group -> group.rows().sort(Entry.comparingByKey()));
        }
        groups.values().forEach(group -> {
            statements.add(planned(group));
            last = group.known();
        });
    }

    private StatementPlan.Planned planned(Group group) {
        Texts its = group.known().texts();
        return new StatementPlan.Planned(its.upsert(), its.mergeOf(group.rows().size()), parameters(group), false);
    }

    private Map<Shape, List<Entry<RowKey, RowChange>>> byShape(List<Entry<RowKey, RowChange>> rows) {
        Map<Shape, List<Entry<RowKey, RowChange>>> byShape = new LinkedHashMap<>();
        Shape shape = mixed;
        List<Entry<RowKey, RowChange>> alike = new ArrayList<>();
        for (Entry<RowKey, RowChange> row : rows) {
            if (!shape.isOf(table, row.getValue(), exactly, guarded)) {
                shape = Shape.of(table, row.getValue(), exactly).guarding(guarded);
                alike = byShape.computeIfAbsent(shape, another -> new ArrayList<>(rows.size()));
            }
            alike.add(row);
        }
        return byShape;
    }

    /** A shape and how rows of it are written. */
    private record Known(Shape shape, Texts texts) {}

    private record Group(Known known, List<Entry<RowKey, RowChange>> rows) {}

    /** Plans without {@link ColumnForm#ADD_GUARDED} from now on. */
    boolean planExactly() {
        boolean before = exactly;
        exactly = true;
        guarded.clear();
        return !before;
    }

    private Shape knownOrMixed(Shape shape) {
        return textsByShape.containsKey(shape) || textsByShape.size() < maxShapes ? shape : mixed;
    }

    private Texts textsOf(Shape shape) {
        return textsByShape.computeIfAbsent(
                shape, its -> new Texts(texts.upsert(its), texts.merge(its), texts.mergeOne(its)));
    }

    /** The ways to write the rows of a shape; a live event's is alone, as a rule. */
    private record Texts(String upsert, StatementPlan.Merge merge, StatementPlan.Merge mergeOne) {
        StatementPlan.Merge mergeOf(int rows) {
            return rows == 1 ? mergeOne : merge;
        }
    }

    private List<Parameter> parameters(Group group) {
        List<Parameter> parameters = keyParameters(group.rows());
        List<ColumnForm> forms = group.known().shape().forms();
        for (int i = 0; i < table.columns().size(); i++) {
            Column column = table.columns().get(i);
            for (Operands.Operand operand : Operands.of(forms.get(i), column.type())) {
                List<@Nullable Object> values = new ArrayList<>(group.rows().size());
                for (Entry<RowKey, RowChange> row : group.rows()) {
                    values.add(Operands.value(
                            operand, column, row.getValue().columns().get(column.name())));
                }
                parameters.add(new Parameter.Values(operand.type(), values));
            }
        }
        return parameters;
    }

    private List<Parameter> keyParameters(List<Entry<RowKey, RowChange>> rows) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < table.key().size(); i++) {
            List<@Nullable Object> values = new ArrayList<>(rows.size());
            for (Entry<RowKey, RowChange> row : rows) {
                values.add(row.getKey().values().get(i));
            }
            parameters.add(new Parameter.Values(table.key().get(i).type(), values));
        }
        return parameters;
    }
}
