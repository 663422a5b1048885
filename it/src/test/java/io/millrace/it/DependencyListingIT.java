package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The distribution, as the build has just made it, holds the list of what is in it. */
class DependencyListingIT {
    private static final Path BUILT = Path.of("..", "service", "target");
    private static final String LISTING = "glob:**/millrace-*/millrace-*/*.cdx.json";

    /** The plugin that makes the list runs in online builds only, though it asks nobody. */
    @Test
    void everyJarOfTheDistributionIsListed() throws IOException {
        boolean offline = "offline=true".equals(System.getProperty("millrace.build.kind"));
        assumeFalse(
                offline && found(LISTING).isEmpty(),
                "SKIPPED: the build was offline, there is no list of what is in the distribution");
        Path listing = only(LISTING);
        JsonNode document = new ObjectMapper().readTree(listing.toFile());
        Set<String> listed = new TreeSet<>();
        listed.add(jar(document.path("metadata").path("component")));
        for (JsonNode component : document.path("components")) {
            listed.add(jar(component));
            assertThat(component.path("hashes")).as(jar(component)).isNotEmpty();
        }
        List<String> jars = found("glob:**/millrace-*/lib/**.jar").stream()
                .map(jar -> jar.getFileName().toString())
                .toList();
        assertThat(document.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(jars).hasSizeGreaterThan(50);
        assertThat(listed).containsAll(jars);
    }

    private static String jar(JsonNode component) {
        return component.path("name").asText() + "-" + component.path("version").asText() + ".jar";
    }

    private static Path only(String pattern) throws IOException {
        List<Path> found = found(pattern);
        assertThat(found).as(pattern + ": build it all, with `mvn verify`").hasSize(1);
        return found.get(0);
    }

    private static List<Path> found(String pattern) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher(pattern);
        try (Stream<Path> files = Files.walk(BUILT)) {
            return files.filter(matcher::matches).toList();
        }
    }
}
