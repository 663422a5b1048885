package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.checkpoint.lease.LeaseStore.Beat;
import io.millrace.checkpoint.lease.LeaseStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leases in PostgreSQL; clocks are set back and forth by moving what the rows say. */
class PostgresLeaseStoreTest {
    private static final String VIEWS = "views";
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Instance ONE = new Instance(new UUID(1, 1), "one", 11);
    private static final Instance OTHER = new Instance(new UUID(1, 2), "other", 12);

    private final TestDatabase database = TestDatabase.create();
    private final WireProxy proxy = WireProxy.to(database.port());
    private final PostgresStore store = PostgresStore.open(database.settings(proxy.port()));
    private final LeaseStore leases = store.leases();

    @BeforeEach
    void prepare() {
        store.prepareLeases(List.of());
    }

    @AfterEach
    void close() {
        leases.close();
        store.close();
        proxy.close();
    }

    private LeaseBoard renew(Instance self, Map<String, Long> held) {
        return leases.renew(new Beat(self, Bid.SHARE, held, Set.of(), Set.of(), LONG));
    }

    private LeaseBoard claim(Instance self) {
        return leases.renew(new Beat(self, Bid.CLAIM, Map.of(), Set.of(VIEWS), Set.of(), LONG));
    }

    private OptionalLong take(Instance self) {
        return leases.take(self, VIEWS, LONG);
    }

    private void clockJumps(String interval) {
        database.execute("UPDATE millrace.leases SET renewed_at = renewed_at - interval '" + interval
                + "', valid_until = valid_until - interval '" + interval
                + "', claimed_at = claimed_at - interval '" + interval
                + "', claimed_until = claimed_until - interval '" + interval + "';"
                + "UPDATE millrace.instances SET renewed_at = renewed_at - interval '" + interval
                + "', valid_until = valid_until - interval '" + interval + "'");
    }

    @Test
    void nobodyTakesALiveLease() {
        assertThat(take(ONE)).hasValue(1);
        assertThat(take(OTHER)).isEmpty();

        LeaseBoard.Row lease = renew(OTHER, Map.of()).of(VIEWS);

        assertThat(lease.holder()).contains(ONE);
        assertThat(lease.remaining()).isBetween(Duration.ofMinutes(4), LONG);
    }

    @Test
    void eachTakeRaisesTheEpochAndTheLeaseThatRanOutIsLost() {
        take(ONE);
        clockJumps("6 minutes");

        assertThat(renew(OTHER, Map.of()).of(VIEWS).remaining()).isZero();
        assertThat(take(OTHER)).hasValue(2);
        assertThat(renew(ONE, Map.of(VIEWS, 1L)).of(VIEWS).holder()).contains(OTHER);
    }

    @Test
    void aLeaseThatRanOutIsRenewedIfNobodyTookIt() {
        take(ONE);
        clockJumps("6 minutes");

        assertThat(renew(ONE, Map.of(VIEWS, 1L)).of(VIEWS).remaining()).isPositive();
    }

    @Test
    void aClockThatIsSetBackEndsALeaseInsteadOfKeepingItForEver() {
        take(ONE);
        renew(ONE, Map.of(VIEWS, 1L));
        clockJumps("-1 hour");

        LeaseBoard board = renew(OTHER, Map.of());

        assertThat(board.of(VIEWS).remaining()).isZero();
        assertThat(board.sharing()).extracting(LeaseBoard.Sharing::instance).containsExactly(OTHER);
        assertThat(take(OTHER)).hasValue(2);
    }

    @Test
    void theEpochIsAboveTheCheckpointsToo() {
        database.execute("INSERT INTO millrace.checkpoints (projection, epoch, source, event_types, read_models)"
                + " VALUES ('views', 41, '', '', '')");

        assertThat(take(ONE)).hasValue(42);
    }

    @Test
    void aReleasedLeaseIsFreeAtOnceAndOnlyItsHolderReleasesIt() {
        take(ONE);
        leases.release(OTHER, VIEWS, 1);
        assertThat(take(OTHER)).isEmpty();

        leases.release(ONE, VIEWS, 1);

        assertThat(take(OTHER)).hasValue(2);
    }

    @Test
    void whoClaimsALeaseIsNamedAndIsNextToTakeIt() {
        take(ONE);
        assertThat(claim(OTHER).of(VIEWS).claimant()).contains(OTHER);
        leases.release(ONE, VIEWS, 1);

        assertThat(take(ONE)).isEmpty();
        assertThat(take(OTHER)).hasValue(2);
        assertThat(renew(ONE, Map.of()).of(VIEWS).claimant()).isEmpty();
    }

    @Test
    void aClaimEndsWithItsTimeOrWhenTheClaimantLeaves() {
        claim(OTHER);
        leases.leave(OTHER);
        assertThat(take(ONE)).hasValue(1);
        leases.release(ONE, VIEWS, 1);

        claim(OTHER);
        clockJumps("6 minutes");

        assertThat(take(ONE)).hasValue(2);
    }

    @Test
    void instancesAreSeenWhileTheyLiveWithWhatTheyHaveGivenUp() {
        leases.renew(new Beat(ONE, Bid.SHARE, Map.of(), Set.of(), Set.of(VIEWS), LONG));
        leases.renew(new Beat(OTHER, Bid.IF_FREE, Map.of(), Set.of(), Set.of(), LONG));

        assertThat(store.lookAtLeases().sharing()).containsExactly(new LeaseBoard.Sharing(ONE, Set.of(VIEWS)));
        clockJumps("6 minutes");
        assertThat(store.lookAtLeases().sharing()).isEmpty();
    }

    @Test
    void oneOfManyThatTakeAtOnceHasIt() throws Exception {
        int instances = 8;
        ExecutorService threads = Executors.newFixedThreadPool(instances);
        for (int round = 1; round <= 20; round++) {
            List<Future<OptionalLong>> taken = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                Instance self = new Instance(new UUID(round, i), "host-" + i, i);
                taken.add(threads.submit(() -> {
                    try (LeaseStore own = store.leases()) {
                        return own.take(self, VIEWS, LONG);
                    }
                }));
            }
            int winners = 0;
            for (Future<OptionalLong> one : taken) {
                winners += one.get().isPresent() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
            clockJumps("6 minutes");
        }
        threads.shutdown();
    }

    @Test
    void aRequestThatGoesUnansweredIsGivenUpAndTheNextOneOpensAnotherConnection() {
        take(ONE);
        proxy.cutClients();
        assertThatThrownBy(() -> renew(ONE, Map.of(VIEWS, 1L))).isInstanceOf(LeaseStoreException.class);

        assertThat(renew(ONE, Map.of(VIEWS, 1L)).of(VIEWS).holder()).contains(ONE);
    }

    @Test
    void aLookCreatesNothing() {
        TestDatabase empty = TestDatabase.create();
        try (PostgresStore other = PostgresStore.open(empty.settings())) {
            assertThat(other.lookAtLeases().leases()).isEmpty();
        }
        assertThat(empty.query("SELECT 1 FROM pg_namespace WHERE nspname = 'millrace'"))
                .isEmpty();
    }
}
