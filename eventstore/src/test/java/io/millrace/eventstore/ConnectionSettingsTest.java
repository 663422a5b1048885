package io.millrace.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.NodePreference;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection strings are read as the official client reads them, and never quote the password. */
class ConnectionSettingsTest {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REQUIRES_LEADER =
            Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);

    @Test
    void readsOneHost() {
        ConnectionSettings settings = ConnectionSettings.parse("esdb://localhost:2114?tls=false");
        assertThat(settings.hosts()).containsExactly(new Endpoint("localhost", 2114));
        assertThat(settings.tls()).isFalse();
        assertThat(settings.discovers()).isFalse();
        assertThat(settings.headers(true).get(AUTHORIZATION)).isNull();
    }

    @Test
    void usesTlsVerificationAndTheLeaderUnlessToldOtherwise() {
        ConnectionSettings settings = ConnectionSettings.parse("esdb://store.example");
        assertThat(settings.hosts()).containsExactly(new Endpoint("store.example", 2113));
        assertThat(settings.tls()).isTrue();
        assertThat(settings.verifiesCertificate()).isTrue();
        assertThat(settings.prefersLeader()).isTrue();
        assertThat(settings.headers(true).get(REQUIRES_LEADER)).isEqualTo("true");
        assertThat(settings.headers(false).get(REQUIRES_LEADER)).isNull();
        assertThat(settings.keepAliveInterval()).contains(Duration.ofSeconds(5));
        assertThat(settings.keepAliveTimeout()).contains(Duration.ofSeconds(5));
        assertThat(settings.deadline()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void tellsWhatWeakensTheConnection() {
        assertThat(weakness("esdb://store.example")).isEmpty();
        assertThat(weakness("esdb://127.0.0.1?tls=false")).isEmpty();
        assertThat(weakness("esdb://localhost,[::1]?tls=false")).isEmpty();
        assertThat(weakness("esdb://store.example?tls=false")).contains("tls=false");
        assertThat(weakness("esdb://localhost,store.example?tls=false")).contains("tls=false");
        assertThat(weakness("esdb://localhost?tlsVerifyCert=false")).contains("tlsVerifyCert=false");
    }

    private static Optional<String> weakness(String connectionString) {
        return ConnectionSettings.parse(connectionString).weakness();
    }

    @Test
    void readsSeveralHostsWithHighPortsAndParameters() {
        ConnectionSettings settings =
                ConnectionSettings.parse("esdb+discover://admin:changeit@a:40000,b:65535,[::1]:1,c"
                        + "?nodePreference=follower&keepAliveInterval=-1&keepAliveTimeout=20000&defaultDeadline=3000"
                        + "&tlsVerifyCert=false&gossipTimeout=700");
        assertThat(settings.hosts())
                .containsExactly(
                        new Endpoint("a", 40_000),
                        new Endpoint("b", 65_535),
                        new Endpoint("::1", 1),
                        new Endpoint("c", 2113));
        assertThat(settings.discovers()).isTrue();
        assertThat(settings.nodePreference()).isEqualTo(NodePreference.FOLLOWER);
        assertThat(settings.keepAliveInterval()).isEmpty();
        assertThat(settings.keepAliveTimeout()).contains(Duration.ofSeconds(20));
        assertThat(settings.deadline()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.gossipTimeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(settings.verifiesCertificate()).isFalse();
    }

    @Test
    void decodesTheCredentials() {
        ConnectionSettings settings = ConnectionSettings.parse("kurrentdb://us%40er:p%2Fw%3Ax,@localhost");
        String expected = Base64.getEncoder().encodeToString("us@er:p/w:x,".getBytes(StandardCharsets.UTF_8));
        assertThat(settings.headers(false).get(AUTHORIZATION)).isEqualTo("Basic " + expected);
        assertThat(settings.toString()).isEqualTo("localhost:2113");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:2113",
                "http://admin:s3cret@localhost",
                "esdb://admin:s3cret@",
                "esdb://admin:s3cret@localhost:99999",
                "esdb://admin:s3cret@localhost:port",
                "esdb://admin:s3cret/x@localhost/path",
                "esdb://admin:s3cret%zz@localhost",
                "esdb://admin:s3cret@localhost?nodePreference=best",
                "esdb://admin:s3cret@localhost?tls=maybe",
                "esdb://admin:s3cret@localhost?userCertFile=a.crt"
            })
    void refusesWhatIsNoConnectionStringWithoutQuotingThePassword(String connectionString) {
        assertThatThrownBy(() -> ConnectionSettings.parse(connectionString))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .satisfies(error -> {
                    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                        assertThat(String.valueOf(cause.getMessage())).doesNotContain("s3cret");
                    }
                });
    }

    @Test
    void refusesCertificateFilesThatAreNotThere() {
        assertThatThrownBy(() -> EventStoreConnection.open("esdb://localhost?tlsCaFile=/no/such.pem"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tlsCaFile=/no/such.pem");
    }
}
