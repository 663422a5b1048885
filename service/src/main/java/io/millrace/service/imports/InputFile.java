package io.millrace.service.imports;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/**
 * A file to import, whatever it is: CSV or NDJSON, gzip or not. What it is, its first bytes tell, not its name.
 */
public final class InputFile implements Closeable {
    private static final int LOOK_AHEAD = 1 << 16;

    private final Counting raw;
    private final OptionalLong size;
    private final BufferedInputStream content;

    private InputFile(InputStream stream, OptionalLong size) throws IOException {
        this.raw = new Counting(stream);
        this.size = size;
        this.content = new BufferedInputStream(unpacked(new BufferedInputStream(raw, LOOK_AHEAD)), LOOK_AHEAD);
        skipByteOrderMark();
    }

    /** Opens a file. */
    public static InputFile open(Path file) throws IOException {
        return new InputFile(Files.newInputStream(file), OptionalLong.of(Files.size(file)));
    }

    /** Reads a stream whose size is not known. */
    public static InputFile of(InputStream stream) throws IOException {
        return new InputFile(stream, OptionalLong.empty());
    }

    private static InputStream unpacked(BufferedInputStream stream) throws IOException {
        byte[] magic = peek(stream, 2);
        boolean gzip = magic.length == 2 && magic[0] == (byte) 0x1f && magic[1] == (byte) 0x8b;
        return gzip ? new GZIPInputStream(stream, LOOK_AHEAD) : stream;
    }

    private void skipByteOrderMark() throws IOException {
        byte[] mark = peek(content, 3);
        if (mark.length == 3 && mark[0] == (byte) 0xEF && mark[1] == (byte) 0xBB && mark[2] == (byte) 0xBF) {
            content.skipNBytes(3);
        }
    }

    private static byte[] peek(InputStream stream, int bytes) throws IOException {
        stream.mark(bytes);
        byte[] peeked = stream.readNBytes(bytes);
        stream.reset();
        return peeked;
    }

    /**
     * What this import is recognised by when it goes on, and what its event ids are made of: the beginning of the
     * content (the header and the first row, which are right if anything was imported) and what is made of it. The
     * file's name, its packing and what follows may change.
     */
    public String fingerprint(String type, String stream) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((type + "\n" + stream + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(beginning());
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private byte[] beginning() throws IOException {
        byte[] ahead = peek(content, LOOK_AHEAD);
        int wanted = isJson(ahead) ? 1 : 2;
        int end = 0;
        while (end < ahead.length && wanted > 0) {
            if (ahead[end] == '\n') {
                wanted--;
            }
            end++;
        }
        return new String(ahead, 0, end, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
    }

    Rows rows(char separator, ColumnTyping typing) throws IOException {
        boolean json = isJson(peek(content, LOOK_AHEAD));
        BufferedReader text = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8), LOOK_AHEAD);
        return json ? new JsonLineRows(text) : new CsvRows(text, separator, typing);
    }

    private static boolean isJson(byte[] beginning) {
        return new String(beginning, StandardCharsets.UTF_8).stripLeading().startsWith("{");
    }

    /** How much of the whole was read so far, by bytes: above 0, at most 1; 0 if nobody knows. */
    double fractionRead() {
        return size.isEmpty() || size.getAsLong() == 0 ? 0 : Math.min(1.0, (double) raw.count / size.getAsLong());
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    private static final class Counting extends FilterInputStream {
        private volatile long count;

        Counting(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            add(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            add(Math.max(0, read));
            return read;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads the file, others only look
        private void add(int bytes) {
            count += bytes;
        }
    }
}
