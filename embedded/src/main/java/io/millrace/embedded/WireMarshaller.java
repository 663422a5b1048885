package io.millrace.embedded;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Hands a response that is protobuf bytes already to gRPC, copied once, into its outgoing buffer.
 *
 * <p>gRPC drains the stream while the message is sent, on the sending thread, so the buffer may be used again after it.
 */
final class WireMarshaller implements Marshaller<WireBuffer> {
    @Override
    public InputStream stream(WireBuffer value) {
        if (value.isPoisoned()) {
            // gRPC answers what a marshaller throws with RST_STREAM: the only way there from its public API.
            throw new StreamReset();
        }
        return new Bytes(value);
    }

    @Override
    public WireBuffer parse(InputStream stream) {
        throw new UnsupportedOperationException("the server only writes these messages");
    }

    private static final class Bytes extends ByteArrayInputStream implements Drainable, KnownLength {
        Bytes(WireBuffer message) {
            super(message.array(), message.offset(), message.length());
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = available();
            target.write(buf, pos, length);
            pos += length;
            return length;
        }
    }
}
