package io.millrace.sql;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.ssl.LibPQFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether connections are encrypted and the server is who it says. The driver's own default, {@code prefer}, verifies
 * nothing; ours is {@code verify-full}, but for servers on this machine, which nobody else stands before. Whatever is
 * weaker must be written into the URL, and is logged.
 *
 * <p>Certificates are trusted as libpq does, by {@code sslrootcert} or {@code ~/.postgresql/root.crt}; where there is
 * neither, by the JVM's own list.
 */
final class TransportSecurity {
    private static final Logger log = LoggerFactory.getLogger(TransportSecurity.class);
    private static final String VERIFIED = "verify-full";
    private static final Set<String> CHECKS_CERTIFICATE = Set.of("verify-ca", VERIFIED);
    private static final Set<String> FACTORIES_THAT_CHECK =
            Set.of(DefaultJavaSSLFactory.class.getName(), LibPQFactory.class.getName());
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?(::1|(0:){7}1)]?");

    private TransportSecurity() {}

    /** Verifies what the URL does not say otherwise about. */
    static void apply(PGSimpleDataSource source) {
        boolean local = Arrays.stream(source.getServerNames()).allMatch(TransportSecurity::isThisMachine);
        if (source.getSslMode() == null && !source.getSsl() && !local) {
            source.setSslMode(VERIFIED);
        }
        String mode = source.getSsl() && source.getSslMode() == null ? VERIFIED : String.valueOf(source.getSslMode());
        if (CHECKS_CERTIFICATE.contains(mode)
                && LibPQFactory.class.getName().equals(source.getSslfactory())
                && !hasRootCertificate(source)) {
            source.setSslfactory(DefaultJavaSSLFactory.class.getName());
        }
        if (!local) {
            weakness(source, mode)
                    .ifPresent(asked -> log.warn(
                            "The connection to PostgreSQL at {} is not protected against somebody in between: its URL"
                                    + " asks for {}; leave it out, and the server is verified",
                            String.join(",", source.getServerNames()),
                            asked));
        }
    }

    static boolean isThisMachine(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    private static Optional<String> weakness(PGSimpleDataSource source, String mode) {
        if (!mode.equals(VERIFIED)) {
            return Optional.of(PGProperty.SSL_MODE.getName() + "=" + mode);
        }
        return Optional.ofNullable(source.getSslfactory())
                .filter(factory -> !FACTORIES_THAT_CHECK.contains(factory))
                .map(factory -> PGProperty.SSL_FACTORY.getName() + "=" + factory);
    }

    private static boolean hasRootCertificate(PGSimpleDataSource source) {
        return source.getSslRootCert() != null
                || Files.exists(Path.of(System.getProperty("user.home"), ".postgresql", "root.crt"));
    }
}
