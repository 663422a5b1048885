package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final RawSubscriber subscriber = new RawSubscriber(store.port());
    private final RawSubscriber other = new RawSubscriber(store.port());

    @BeforeEach
    void threeEvents() throws Exception {
        other.append("s-1", 3);
    }

    @AfterEach
    void stop() {
        subscriber.close();
        other.close();
        store.close();
    }

    @Test
    void completesSubscriptions() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().completeSubscriptions();
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.OK);
        assertThat(store.faults().openSubscriptions()).isZero();
    }

    @Test
    void cancelsSubscriptions() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().cancelSubscriptions();
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void resetsSubscriptionsWithoutAStatusOfItsOwn() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().resetSubscriptions();
        assertThat(subscriber.end().getDescription()).contains("RST_STREAM");
    }

    @Test
    void stallsAndGoesOn() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().stall();
        other.append("s-1", 1);
        assertThat(subscriber.hearsNothing()).isTrue();
        assertThat(subscriber.hasEnded()).isFalse();
        store.faults().resume();
        assertThat(subscriber.next()).isEqualTo("3");
    }

    @Test
    void letsSubscriptionsGoOnThatHaveNoHistoryToRead() throws Exception {
        store.faults().pretendNotLeader("127.0.0.1", 4711);
        subscriber.subscribe("s-2").skipTo("caughtUp");
        store.faults().pretendLeader();
        other.append("s-2", 1);
        assertThat(subscriber.next()).isEqualTo("0");
    }

    @Test
    void confirmsBeforeItSaysThatItIsNotTheLeader() throws Exception {
        store.faults().pretendNotLeader("127.0.0.1", 4711);
        subscriber.subscribe("s-1");
        assertThat(subscriber.next()).isEqualTo("confirmation");
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThatThrownBy(() -> other.append("s-1", 1)).hasMessageContaining("Leader info available");
        store.faults().pretendLeader();
        other.append("s-1", 1);
    }

    @Test
    void refusesForAWhile() throws Exception {
        store.faults().refuseFor(Duration.ofMillis(500));
        subscriber.subscribe("s-1");
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        Thread.sleep(600);
        other.append("s-1", 1);
    }

    @Test
    void dropsTheConnectionsAfterSomeEvents() throws Exception {
        store.faults().dropConnectionsAfter(2);
        subscriber.subscribe("s-1");
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(subscriber.waiting()).isLessThanOrEqualTo(3);
        try (RawSubscriber again = new RawSubscriber(store.port())) {
            again.subscribe("s-1").skipTo("2").skipTo("caughtUp");
        }
    }

    @Test
    void saysGoodByeAfterASilence() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().goAwayAfter(Duration.ofMillis(300));
        Status end = subscriber.end();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getDescription()).contains("GOAWAY").contains("NO_ERROR");
    }

    @Test
    void comesBackOnTheSamePortWithItsDataAfterBeingKilled() throws Exception {
        int port = store.port();
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.kill();
        assertThat(subscriber.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        store.restart();
        assertThat(store.port()).isEqualTo(port);
        try (RawSubscriber again = new RawSubscriber(port)) {
            again.subscribe("s-1").skipTo("2").skipTo("caughtUp");
        }
    }

    @Test
    void comesBackWithAnOlderHistory() throws Exception {
        long position = store.lastPosition();
        other.append("s-1", 4);
        store.faults().forgetAfter(position);
        store.restart();
        assertThat(store.lastPosition()).isEqualTo(position);
        try (RawSubscriber again = new RawSubscriber(store.port())) {
            again.subscribe("s-1").skipTo("2");
            assertThat(again.next()).isEqualTo("caughtUp");
            again.append("s-1", 1);
            assertThat(again.next()).isEqualTo("3");
        }
    }

    @Test
    void pacesEvents() throws Exception {
        store.faults().pace(10);
        long begun = System.nanoTime();
        subscriber.subscribe("s-1").skipTo("2");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(190));
    }

    @Test
    void fallsBehindAndCatchesUp() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().fallBehind();
        assertThat(subscriber.next()).isEqualTo("fellBehind");
        assertThat(subscriber.next()).isEqualTo("caughtUp");
    }

    @Test
    void delaysAnswers() throws Exception {
        store.faults().delay(Duration.ofMillis(300));
        long begun = System.nanoTime();
        other.append("s-1", 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(290));
    }

    @Test
    void freezesEverything() throws Exception {
        subscriber.subscribe("s-1").skipTo("caughtUp");
        store.faults().freeze();
        CompletableFuture<AppendResp> answer = other.begin("s-1", 1);
        assertThat(subscriber.hearsNothing()).isTrue();
        assertThat(answer).isNotDone();
        assertThat(subscriber.hasEnded()).isFalse();
    }
}
