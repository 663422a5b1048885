package io.millrace.embedded.junit;

import io.millrace.embedded.EmbeddedPostgres;

/**
 * Gives a test class an {@link EmbeddedPostgres} of its own, without fsync, in a temporary folder: as a static field with
 * {@code @RegisterExtension}, or as parameters with {@code @ExtendWith}. As a field that is not static, it gives one to
 * every test, which takes some seconds each time.
 */
public final class EmbeddedPostgresExtension extends ServerExtension<EmbeddedPostgres> {

    public EmbeddedPostgresExtension() {
        super(EmbeddedPostgres.class, EmbeddedPostgres::start);
    }

    /**
     * What the JDBC driver takes, the user included.
     *
     * @throws IllegalStateException before the first test, and after the last
     */
    public String jdbcUrl() {
        return get().jdbcUrl();
    }
}
