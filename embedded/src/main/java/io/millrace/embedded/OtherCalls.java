package io.millrace.embedded;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Answers every call that this server does not have, saying which server this is. */
final class OtherCalls extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String methodName, @Nullable String authority) {
        MethodDescriptor<byte[], byte[]> any = MethodDescriptor.<byte[], byte[]>newBuilder(
                        new Anything(), new Anything())
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(methodName)
                .build();
        return ServerMethodDefinition.create(any, (call, headers) -> {
            call.close(
                    Status.UNIMPLEMENTED.withDescription("Millrace's embedded event store has no " + methodName
                            + ": it is a development and test server; use EventStoreDB or KurrentDB for this"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        });
    }

    private static final class Anything implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
