package io.millrace.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.millrace.embedded.EmbeddedEventStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class LifetimeTest {
    private static final List<EmbeddedEventStore> SEEN = new ArrayList<>();

    /** A user's test class. */
    static class Sample {
        @RegisterExtension
        static final EmbeddedEventStoreExtension EVENTS = new EmbeddedEventStoreExtension();

        @Test
        void sees() {
            assertThat(EVENTS.get().isRunning()).isTrue();
            SEEN.add(EVENTS.get());
        }
    }

    @Test
    void endsWithTheClassAndBeginsAnewWithItsNextRun() {
        assertThat(succeeded()).isEqualTo(1);
        assertThat(succeeded()).isEqualTo(1);

        assertThat(SEEN).hasSize(2).doesNotHaveDuplicates().noneMatch(EmbeddedEventStore::isRunning);
        assertThatThrownBy(Sample.EVENTS::get).isInstanceOf(IllegalStateException.class);
    }

    private static long succeeded() {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Sample.class))
                .build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, summary);
        return summary.getSummary().getTestsSucceededCount();
    }
}
