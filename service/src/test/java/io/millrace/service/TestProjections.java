package io.millrace.service;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;

import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.projections.ReadModel;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Projections that bad events can hurt; found through {@code META-INF/services}. */
public final class TestProjections implements ProjectionProvider {
    /** How many projections there are that do the same, each to a table of its own. */
    static final int SHARED = 10;

    record Paid(String account, long amount, String note) {}

    private static Projection shared(int number) {
        ReadModel totals = ReadModel.table("shared_" + number)
                .key("account", TEXT)
                .column("total", BIGINT)
                .build();
        return Projection.named("shared-" + number)
                .fromStreamsStartingWith("account-")
                .into(totals)
                .on("Paid", Paid.class, (paid, rows) -> {
                    if (paid.account().equals("only " + number + " fails")) {
                        throw new IllegalStateException("expected another account");
                    }
                    rows.row(paid.account()).increment("total", paid.amount());
                })
                .build();
    }

    private static Projection paymentsNamed(String name, String table) {
        ReadModel payments = ReadModel.table(table)
                .key("account", TEXT)
                .column("total", BIGINT)
                .column("last_note", TEXT)
                .build();
        return Projection.named(name)
                .fromStreamsStartingWith("account-")
                .into(payments)
                .on(
                        "Paid",
                        Paid.class,
                        (paid, rows) -> rows.row(paid.account())
                                .increment("total", paid.amount())
                                .set("last_note", paid.note()))
                .build();
    }

    /** Counts its own calls: each run makes other rows. */
    private static Projection impure() {
        AtomicLong calls = new AtomicLong();
        ReadModel calledTimes = ReadModel.table("calls")
                .key("account", TEXT)
                .column("times", BIGINT)
                .build();
        return Projection.named("impure")
                .into(calledTimes)
                .on("Paid", Paid.class, (paid, rows) -> rows.row(paid.account()).set("times", calls.incrementAndGet()))
                .build();
    }

    private static Projection withSqlOfItsOwn() {
        ReadModel seen = ReadModel.table("accounts_seen")
                .key("account", TEXT)
                .column("times", BIGINT)
                .build();
        return Projection.named("accounts-seen")
                .into(seen)
                .alsoWrites("audit")
                .on("Paid", Paid.class, (paid, rows) -> rows.row(paid.account()).increment("times", 1))
                .build();
    }

    @Override
    public List<Projection> projections() {
        return Stream.concat(
                        Stream.of(
                                paymentsNamed("payments", "payments"),
                                paymentsNamed("payments-again", "payments"),
                                paymentsNamed("payments-copy", "payments_copy"),
                                withSqlOfItsOwn(),
                                impure()),
                        IntStream.range(0, SHARED).mapToObj(TestProjections::shared))
                .toList();
    }
}
