package io.millrace.it.faults;

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
record DataFolder(Path path) {
    /** Replaces what is there, if anything. */
    void copyTo(DataFolder other) {
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
    void followsServerAt(int port) {
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
