package io.millrace.it.leases;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** A PostgreSQL whose clock can be set, through libfaketime (Debian: faketime), while it runs. */
final class SetClock implements AutoCloseable {
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final EmbeddedPostgres server;
    private final Path offset;

    /** The server's program, unpacked once for each folder: one that others use must not be changed. */
    private record OfItsOwn(Path folder) implements PgBinaryResolver {
        @Override
        public InputStream getPgBinary(String system, String machineHardware) throws IOException {
            return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machineHardware);
        }
    }

    private SetClock(EmbeddedPostgres server, Path offset) {
        this.server = server;
        this.offset = offset;
    }

    /** Says loudly that what would be tested is not, where there is no libfaketime. */
    static boolean isPossible() {
        boolean possible = library().isPresent();
        if (!possible) {
            System.out.println("NOT TESTED: libfaketime is not installed (Debian: apt-get install libfaketime)");
        }
        return possible;
    }

    private static Optional<Path> library() {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(folder -> folder.resolve(LIBRARY))
                    .filter(Files::isReadable)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Unpacks the server into this folder, and puts a script in the place of its program. */
    static SetClock start(Path folder) throws IOException {
        Path offset = Files.writeString(folder.resolve("clock"), "+0\n");
        for (Path readable : new Path[] {folder, offset}) {
            Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path binaries = folder.resolve("binaries");
        unpack(binaries);
        try (Stream<Path> files = Files.find(binaries, 4, (file, its) -> file.endsWith("bin/postgres"))) {
            preload(files.findFirst().orElseThrow(), offset);
        }
        return new SetClock(builder(binaries).start(), offset);
    }

    /** It unpacks when it starts, and not again. */
    private static void unpack(Path binaries) throws IOException {
        builder(binaries).start().close();
    }

    private static EmbeddedPostgres.Builder builder(Path binaries) {
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(binaries.toFile())
                .setPgBinaryResolver(new OfItsOwn(binaries))
                .setServerConfig("fsync", "off")
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD);
    }

    private static void preload(Path program, Path offset) throws IOException {
        Path real = program.resolveSibling("postgres.real");
        Files.move(program, real, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(program, """
                #!/bin/sh
                export LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
                exec %s "$@"
                """.formatted(library().orElseThrow(), offset, real));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** From now on its clock is off by this. */
    void to(Duration by) throws IOException {
        Path next = Files.writeString(
                offset.resolveSibling("clock.next"), (by.isNegative() ? "" : "+") + by.toSeconds() + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
    }

    int port() {
        return server.getPort();
    }

    String jdbcUrl() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
