package io.millrace.embedded.junit;

import io.millrace.embedded.EmbeddedEventStore;

/**
 * Gives a test class an {@link EmbeddedEventStore} of its own: as a static field with {@code @RegisterExtension}, or as
 * parameters with {@code @ExtendWith}. As a field that is not static, it gives one to every test.
 */
public final class EmbeddedEventStoreExtension extends ServerExtension<EmbeddedEventStore> {

    /** In memory, on a free port, in plain text, with system projections. */
    public EmbeddedEventStoreExtension() {
        this(EmbeddedEventStore.builder());
    }

    /** With these settings. */
    public EmbeddedEventStoreExtension(EmbeddedEventStore.Builder settings) {
        super(EmbeddedEventStore.class, settings::start);
    }

    /**
     * What the Java client takes.
     *
     * @throws IllegalStateException before the first test, and after the last
     */
    public String connectionString() {
        return get().connectionString();
    }
}
