package io.millrace.eventstore;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/** A certificate that signs itself, made by the JDK's keytool for one host. */
record TestCertificate(Path file, KeyManagerFactory keys) {
    private static final String PASSWORD = "changeit";

    static TestCertificate create(Path folder, String host) throws Exception {
        Path store = folder.resolve(host + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
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
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("expected keytool to make a certificate: host=" + host);
        }
        KeyStore keyStore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keyStore.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keyStore, PASSWORD.toCharArray());
        String pem = Base64.getMimeEncoder()
                .encodeToString(keyStore.getCertificate("test").getEncoded());
        Path file = Files.writeString(
                folder.resolve(host + ".pem"), "-----BEGIN CERTIFICATE-----\n" + pem + "\n-----END CERTIFICATE-----\n");
        return new TestCertificate(file, keys);
    }

    NettyServerBuilder secure(NettyServerBuilder server) {
        try {
            return server.sslContext(
                    GrpcSslContexts.configure(SslContextBuilder.forServer(keys)).build());
        } catch (SSLException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }
}
