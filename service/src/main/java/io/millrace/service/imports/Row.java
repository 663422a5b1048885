package io.millrace.service.imports;

import java.util.Optional;
import java.util.function.Function;

/**
 * One row of a file.
 *
 * @param number counted from 1, the header not included; what the metadata of its event says
 * @param line where it begins in the file; what an error says
 * @param columns the text of a column by its name; empty if it has none
 * @param json the row as a JSON object
 */
record Row(long number, long line, Function<String, Optional<String>> columns, String json) {}
