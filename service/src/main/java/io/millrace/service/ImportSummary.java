package io.millrace.service;

import io.millrace.service.imports.Importer;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What an import did. The names of the components are those of the JSON.
 *
 * @param skipped rows that were in the store already
 */
record ImportSummary(String file, long appended, long skipped, int streams, BigDecimal seconds, long eventsPerSecond) {
    static ImportSummary of(String file, Importer.Result result, double seconds) {
        return new ImportSummary(
                file,
                result.appended(),
                result.skipped(),
                result.streams(),
                BigDecimal.valueOf(seconds).setScale(3, RoundingMode.HALF_UP),
                Math.round(result.appended() / Math.max(1e-3, seconds)));
    }

    String json() {
        return JsonLine.of(this);
    }
}
