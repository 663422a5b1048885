package io.millrace.embedded.junit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a server before whatever comes first, the tests of a class or a single one, and stops it after the same. Where one
 * runs already, in the class around a nested one or around a test, that one is used.
 *
 * <p>Written to the part of JUnit's API that versions 5.8 to 6 have in common.
 */
abstract class ServerExtension<S extends AutoCloseable>
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final Namespace namespace = Namespace.create(this);
    private final Class<S> type;
    private final Supplier<S> start;
    private volatile @Nullable S running;

    ServerExtension(Class<S> type, Supplier<S> start) {
        this.type = type;
        this.start = start;
    }

    /**
     * The server that runs now. Where classes that run at the same time inherit one field, ask for a parameter instead.
     *
     * @throws IllegalStateException before the first test, and after the last
     */
    public S get() {
        S server = running;
        if (server == null) {
            throw new IllegalStateException("a running " + type.getSimpleName()
                    + " was expected: ask for it in a test, or in a method that comes before or after one, and let JUnit"
                    + " know the field by @RegisterExtension");
        }
        return server;
    }

    @Override
    public final void beforeAll(ExtensionContext context) {
        startIn(context);
    }

    @Override
    public final void beforeEach(ExtensionContext context) {
        startIn(context);
    }

    private void startIn(ExtensionContext context) {
        S server = context.getStore(namespace).get(type, type);
        if (server == null) {
            server = start.get();
            context.getStore(namespace).put(type, server);
        }
        running = server;
    }

    @Override
    public final void afterEach(ExtensionContext context) throws Exception {
        stopIn(context);
    }

    @Override
    public final void afterAll(ExtensionContext context) throws Exception {
        stopIn(context);
    }

    /** Takes away what was put for this context, and not what stands in those around it. */
    private void stopIn(ExtensionContext context) throws Exception {
        S server = context.getStore(namespace).remove(type, type);
        if (server != null) {
            running = null;
            server.close();
        }
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        S server = context.getStore(namespace).get(type, type);
        return server != null ? server : get();
    }
}
