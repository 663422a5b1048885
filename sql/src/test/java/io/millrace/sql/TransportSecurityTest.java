package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers elsewhere are verified unless the URL says otherwise. 0.0.0.0 leads here, and yet is none of the names that
 * always do.
 */
class TransportSecurityTest {
    private static final String ELSEWHERE = "0.0.0.0";
    private static final String PASSWORD = "changeit";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres server;

    @SuppressWarnings("NullAway.Init")
    private static Path certificate;

    @BeforeAll
    static void start() throws Exception {
        KeyStore keys = keys();
        certificate =
                pem("server.crt", "CERTIFICATE", keys.getCertificate("test").getEncoded());
        Path key = pem(
                "server.key",
                "PRIVATE KEY",
                keys.getKey("test", PASSWORD.toCharArray()).getEncoded());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        server = EmbeddedPostgres.builder()
                .setServerConfig("ssl", "on")
                .setServerConfig("ssl_cert_file", certificate.toString())
                .setServerConfig("ssl_key_file", key.toString())
                .start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void anUnknownCertificateIsRefusedByDefault() {
        assertRefused(url(ELSEWHERE, ""), "certif");
    }

    @Test
    void aKnownCertificateOfTheRightHostIsTaken() throws SQLException {
        assertThat(isEncrypted(url(ELSEWHERE, "?sslrootcert=" + certificate))).isTrue();
    }

    @Test
    void aKnownCertificateOfAnotherHostIsRefused() {
        assertRefused(url("localhost", "?sslmode=verify-full&sslrootcert=" + certificate), "localhost");
    }

    @Test
    void aServerWithoutEncryptionIsRefusedByDefault() {
        assertRefused(
                TestDatabase.create().url().replace("localhost", ELSEWHERE).replace("?sslmode=disable", ""), "SSL");
    }

    @ParameterizedTest
    @CsvSource({"require, true", "prefer, true", "disable, false"})
    void whatIsWeakerCanBeAskedForByName(String mode, boolean encrypted) throws SQLException {
        assertThat(isEncrypted(url(ELSEWHERE, "?sslmode=" + mode))).isEqualTo(encrypted);
    }

    @Test
    void aServerOnThisMachineNeedsNoCertificate() throws SQLException {
        assertThat(isEncrypted(url("127.0.0.1", ""))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "LocalHost, true",
        "127.0.0.1, true",
        "127.9.9.9, true",
        "::1, true",
        "[::1], true",
        "localhost.example.org, false",
        "127.0.0.1.example.org, false",
        "db, false",
        "10.0.0.1, false"
    })
    void knowsThisMachineByItsNamesOnly(String host, boolean local) {
        assertThat(TransportSecurity.isThisMachine(host)).isEqualTo(local);
    }

    private static String url(String host, String parameters) {
        return "jdbc:postgresql://" + host + ":" + server.getPort() + "/postgres" + parameters;
    }

    private static void assertRefused(String url, String because) {
        PostgresException refused = catchThrowableOfType(PostgresException.class, () -> isEncrypted(url));
        assertThat(refused).isNotNull().hasMessageContaining(because).hasMessageContaining("sslmode");
        assertThat(refused.kind()).isEqualTo(PostgresException.Kind.TLS);
    }

    private static boolean isEncrypted(String url) throws SQLException {
        PostgresSettings settings = PostgresSettings.of(url, "postgres", "", "public");
        try (ConnectionPool pool = ConnectionPool.open(settings);
                Connection connection = pool.borrow();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static KeyStore keys() throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=elsewhere",
                        "-ext",
                        "san=ip:" + ELSEWHERE,
                        "-ext",
                        "bc=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static Path pem(String name, String what, byte[] content) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + what + "-----\n");
    }
}
