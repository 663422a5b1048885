package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What became of a call of the client: its result, or the exception that users meet. */
final class Outcome {
    private static final long WITHIN_SECONDS = 30;

    private Outcome() {}

    static <T> T of(CompletableFuture<T> call) {
        try {
            return call.get(WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("an answer was expected: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static <E extends Throwable> E failure(Class<E> expected, CompletableFuture<?> call) {
        try {
            Object result = call.get(WITHIN_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError(expected.getSimpleName() + " was expected: result=" + result);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
            assertThat(cause).isInstanceOf(expected);
            return expected.cast(Objects.requireNonNull(cause));
        } catch (TimeoutException e) {
            throw new AssertionError(expected.getSimpleName() + " was expected, and nothing came", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** A status that the client has no exception of its own for. */
    static StatusRuntimeException refusal(Status.Code expected, CompletableFuture<?> call) {
        return withStatus(expected, failure(StatusRuntimeException.class, call));
    }

    static StatusRuntimeException withStatus(Status.Code expected, Throwable failure) {
        assertThat(failure).isInstanceOf(StatusRuntimeException.class);
        StatusRuntimeException status = (StatusRuntimeException) failure;
        assertThat(status.getStatus().getCode()).as(status.toString()).isEqualTo(expected);
        return status;
    }

    static String trailer(StatusRuntimeException refusal, String key) {
        Metadata trailers = refusal.getTrailers();
        assertThat(trailers).isNotNull();
        String value = trailers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        assertThat(value).as("trailer " + key).isNotNull();
        return value;
    }

    static void assertSaysStreamDeleted(Throwable failure, String stream) {
        StatusRuntimeException refusal = withStatus(Status.Code.FAILED_PRECONDITION, failure);
        assertThat(trailer(refusal, "exception")).isEqualTo("stream-deleted");
        assertThat(trailer(refusal, "stream-name")).isEqualTo(stream);
    }
}
