package io.millrace.it;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An event that a read model cannot take, and what is said of it.
 *
 * @param name also part of the stream's name
 * @param latin1 its data as it is appended, a character a byte
 * @param error what the error says, beside the event's stream, revision and position
 * @param prepare what is done to the read model's table before it is read; nothing if empty
 */
record PoisonInput(String name, String latin1, String error, String prepare) {
    static final int DEEP = 100_000;

    private static PoisonInput of(String name, String json, String error) {
        return constrained(name, json, error, "");
    }

    private static PoisonInput constrained(String name, String json, String error, String prepare) {
        return new PoisonInput(name, json, error, prepare);
    }

    private static String with(String member) {
        return "{\"key\":\"a\"," + member + "}";
    }

    static List<PoisonInput> all() {
        return List.of(
                of("malformed", "{\"key\":\"a\",", "It is no JSON that can be read"),
                of("nothing", "", "No content to map due to end-of-input"),
                of("array", "[1,2]", "does not fit Input"),
                of("wrong-type", with("\"big\":\"lots\""), "field big"),
                of("missing-field", "{\"big\":1}", "Missing required creator property 'key'"),
                of("null-key", "{\"key\":null}", "key"),
                of("invalid-utf-8", "{\"key\":\"a\u00ff\"}", "Invalid UTF-8"),
                of("nul-escaped", with("\"words\":\"x\\u0000y\""), "NUL"),
                of("nul-raw", with("\"words\":\"x\0y\""), "CTRL-CHAR"),
                of("nul-in-key", "{\"key\":\"x\\u0000y\"}", "NUL"),
                of("lone-surrogate", with("\"words\":\"\\ud800\""), "surrogate"),
                of("integer-too-large", with("\"small\":2147483648"), "out of range of int"),
                of("integer-sum", with("\"small\":2147483647"), "22003"),
                of("bigint-too-large", with("\"big\":9223372036854775808"), "out of range of long"),
                of("bigint-sum", with("\"big\":9223372036854775807"), "22003"),
                of("numeric-too-large", with("\"exact\":1e200000"), "range of numeric"),
                of("numeric-sum", with("\"exact\":" + "9".repeat(131_072)), "22003"),
                of("double-too-large", with("\"rounded\":1e400"), "1.8E308"),
                of("nan", with("\"rounded\":NaN"), "NaN"),
                of("nan-as-text", with("\"rounded\":\"NaN\""), "field rounded"),
                of("key-too-long", "{\"key\":\"" + "k".repeat(2_001) + "\"}", "2000"),
                of("deep", with("\"document\":" + "[".repeat(DEEP) + "]".repeat(DEEP)), "nesting depth"),
                of(
                        "deep-unknown",
                        with("\"other\":" + "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP)),
                        "nesting depth"),
                of("deep-merge", with("\"document\":" + "{\"a\":".repeat(101) + "1" + "}".repeat(101)), "100 levels"),
                constrained("check", with("\"big\":777"), "23514", "ADD CHECK (big < 700)"),
                constrained("unique", with("\"words\":\"first\""), "23505", "ADD UNIQUE (words)"),
                constrained(
                        "foreign-key",
                        with("\"words\":\"nobody\""),
                        "23503",
                        "ADD FOREIGN KEY (words) REFERENCES people (name) DEFERRABLE INITIALLY DEFERRED"));
    }

    byte[] data() {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return name;
    }
}
