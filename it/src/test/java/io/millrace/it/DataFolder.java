package io.millrace.it;

import io.millrace.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL's files, while it is stopped. */
public record DataFolder(Path path) {
    /** As a new PostgreSQL is, made once for all tests of this JVM: to copy it takes a twentieth of the time. */
    private static final class Untouched {
        static final DataFolder FOLDER = make();

        private static DataFolder make() {
            try {
                DataFolder made = new DataFolder(Files.createTempDirectory("millrace-it-postgres"));
                EmbeddedPostgres.start(made.path).close();
                Servers.atExit(made::delete);
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Starts a PostgreSQL that is new, and waits for the disk. */
    public EmbeddedPostgres startNew() {
        Untouched.FOLDER.copyTo(this);
        return EmbeddedPostgres.start(path);
    }

    /** Replaces what is there, if anything. */
    public void copyTo(DataFolder other) {
        other.delete();
        for (Path file : files()) {
            try {
                Files.copy(
                        file, other.path.resolve(path.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Makes the server that starts here next follow the one at this port, as a hot standby. */
    public void followsServerAt(int port) {
        try {
            Files.createFile(path.resolve("standby.signal"));
            Files.writeString(
                    path.resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete() {
        for (Path file : files().stream().sorted(Comparator.reverseOrder()).toList()) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private List<Path> files() {
        if (Files.notExists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(path)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
