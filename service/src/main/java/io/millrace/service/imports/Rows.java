package io.millrace.service.imports;

import java.io.Closeable;
import java.util.Optional;

/** The rows of a file, one after another. Used by one thread. */
interface Rows extends Closeable {

    /**
     * The next row; empty at the end.
     *
     * @throws BadLineException if it cannot be read
     */
    Optional<Row> next();
}
