package io.millrace.service;

import io.millrace.projections.InvalidProjectionException;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionProvider;
import io.millrace.service.configuration.ConfigurationException;
import io.millrace.service.configuration.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The projections that there are: those on the class path, and those in the jars of the plug-ins folder, which see the
 * program's classes while the program does not see theirs.
 */
final class ProjectionCatalog implements AutoCloseable {
    private final SortedMap<String, Projection> projections = new TreeMap<>();
    private final URLClassLoader plugins;

    ProjectionCatalog(Optional<Path> pluginsFolder) {
        this.plugins = new URLClassLoader(
                "plugins",
                pluginsFolder.map(ProjectionCatalog::jars).orElse(new URL[0]),
                getClass().getClassLoader());
        try {
            ServiceLoader.load(ProjectionProvider.class, plugins)
                    .forEach(provider -> provider.projections().forEach(this::add));
        } catch (ServiceConfigurationError | LinkageError | InvalidProjectionException e) {
            throw new ConfigurationException("a projection cannot be loaded: " + reason(e), e);
        }
    }

    /** A description that fails to build does so while its class is initialised: the reason is the innermost one. */
    private static String reason(Throwable e) {
        Throwable innermost = e;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost instanceof InvalidProjectionException
                ? String.valueOf(innermost.getMessage())
                : e + ": " + innermost;
    }

    private static URL[] jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ConfigurationException("`plugins` must be a folder: plugins=" + folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(ProjectionCatalog::url)
                    .toArray(URL[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException("the plug-ins folder " + folder + " cannot be read", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new ConfigurationException("not a path that can be loaded from: " + jar, e);
        }
    }

    private void add(Projection projection) {
        Projection other = projections.putIfAbsent(projection.name(), projection);
        if (other != null) {
            throw new ConfigurationException(
                    "two projections have the name `" + projection.name() + "`; rename one, or remove its jar");
        }
    }

    /** The names of all, sorted. */
    Set<String> names() {
        return Collections.unmodifiableSet(projections.keySet());
    }

    /** The projection of this name. */
    Projection get(String name) {
        Projection projection = projections.get(name);
        if (projection == null) {
            throw new ConfigurationException(
                    "unknown projection `" + name + "`" + NearestName.didYouMean(name, projections.keySet()));
        }
        return projection;
    }

    @Override
    public void close() {
        try {
            plugins.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the plug-ins cannot be closed", e);
        }
    }
}
