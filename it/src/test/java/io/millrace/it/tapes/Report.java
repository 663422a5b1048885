package io.millrace.it.tapes;

import java.io.PrintStream;

/** Prints how recordings went. */
final class Report {
    private static final int LONGEST_LINE = 1_000;

    private Report() {}

    static void print(TapePlayer.Result result) {
        PrintStream out = System.out;
        out.println(result);
        result.differences()
                .forEach(difference ->
                        out.println("  " + difference.substring(0, Math.min(LONGEST_LINE, difference.length()))));
    }
}
