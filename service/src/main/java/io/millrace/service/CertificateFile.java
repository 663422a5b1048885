package io.millrace.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A server's certificate in a file, where clients find it; in a temporary folder that goes, or in one that stays. */
final class CertificateFile implements AutoCloseable {
    private static final String NAME = "ca.crt";

    private final Path file;
    private final Optional<Path> temporaryFolder;

    private CertificateFile(Path file, Optional<Path> temporaryFolder) {
        this.file = file;
        this.temporaryFolder = temporaryFolder;
    }

    /** Writes it, over the one of the last start if there was one. */
    static CertificateFile write(String certificate, Optional<Path> folder) {
        try {
            Path in = folder.isPresent() ? folder.get() : Files.createTempDirectory("millrace-eventstore");
            Path file = in.resolve(NAME).toAbsolutePath().normalize();
            Files.writeString(file, certificate);
            return new CertificateFile(file, folder.isPresent() ? Optional.empty() : Optional.of(in));
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the certificate's file " + NAME + " cannot be written: " + e.getMessage(), e);
        }
    }

    Path path() {
        return file;
    }

    @Override
    public void close() {
        if (temporaryFolder.isEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(temporaryFolder.get());
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the certificate's file " + file + " cannot be deleted: " + e.getMessage(), e);
        }
    }
}
