package io.millrace.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/** The versions of libraries, as what is on the class path says itself; "?" where it does not. */
final class Versions {
    private static final String UNKNOWN = "?";

    private Versions() {}

    /** From the manifest of the jar that the class is from. */
    static String of(Class<?> type) {
        return Optional.ofNullable(type.getPackage())
                .flatMap(found -> Optional.ofNullable(found.getImplementationVersion()))
                .orElse(UNKNOWN);
    }

    /** From what Maven wrote into the jar, for those whose manifest does not say. */
    static String of(String group, String artifact) throws IOException {
        String name = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Versions.class.getResourceAsStream(name)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", UNKNOWN);
        }
    }

    /** From the jar's name, for one that holds nothing but files. */
    static String ofJar(String artifact) {
        var found = Pattern.compile("[/\\\\]" + Pattern.quote(artifact) + "-([0-9][^/\\\\:;]*)[.]jar")
                .matcher(System.getProperty("java.class.path"));
        return found.find() ? found.group(1) : UNKNOWN;
    }
}
