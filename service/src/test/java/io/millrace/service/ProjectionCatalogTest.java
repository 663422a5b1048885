package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.service.configuration.ConfigurationException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectionCatalogTest {
    private static final String PLUGIN = """
            package plugin;

            import static io.millrace.projections.ColumnType.*;
            import io.millrace.projections.*;
            import java.util.List;

            public class Plugin implements ProjectionProvider {
                public record Seen(String who) {}

                public List<Projection> projections() {
                    ReadModel seen = ReadModel.table("seen").key("who", TEXT).column("times", COLUMN).build();
                    return List.of(Projection.named("NAME").into(seen)
                            .on("Seen", Seen.class, (event, rows) -> rows.row(event.who()).increment("times", 1))
                            .build());
                }
            }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private void plugin(String name, String column) throws IOException {
        Path source = Files.writeString(
                Files.createDirectories(folder.resolve("src")).resolve("Plugin.java"),
                PLUGIN.replace("NAME", name).replace("COLUMN", column));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path")),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
        jar(Files.createDirectories(folder.resolve("plug ins")).resolve("plugin.jar"), classes);
    }

    private static void jar(Path jar, Path classes) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            for (String name : List.of("plugin/Plugin.class", "plugin/Plugin$Seen.class")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(Files.readAllBytes(classes.resolve(name)));
            }
            entries.putNextEntry(new JarEntry("META-INF/services/io.millrace.projections.ProjectionProvider"));
            entries.write("plugin.Plugin\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private ProjectionCatalog catalog() {
        return new ProjectionCatalog(Optional.of(folder.resolve("plug ins")));
    }

    @Test
    void findsThoseOfTheClassPathAndOfTheJarsInTheFolder() throws IOException {
        plugin("from-a-jar", "BIGINT");

        try (ProjectionCatalog catalog = catalog()) {
            assertThat(catalog.names()).contains("from-a-jar", "views-per-viewer");
            assertThat(catalog.get("from-a-jar").eventTypes()).containsExactly("Seen");
        }
    }

    @Test
    void refusesTwoOfOneName() throws IOException {
        plugin("views-per-viewer", "BIGINT");

        assertThatThrownBy(this::catalog)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("two projections have the name `views-per-viewer`");
    }

    @Test
    void saysWhatIsWrongWithADescription() throws IOException {
        plugin("wrong", "BIGINT).column(\"times\", TEXT");

        assertThatThrownBy(this::catalog)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("times");
    }

    @Test
    void refusesAFolderThatIsNone() {
        assertThatThrownBy(this::catalog)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("`plugins` must be a folder");
    }
}
