package io.millrace.bench.figures;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the command line says: {@code --name value} each. Immutable. */
public record Words(List<String> words) {
    public Words {
        words = List.copyOf(words);
    }

    public static Words of(String... args) {
        return new Words(List.of(args));
    }

    public int number(String name, int otherwise) {
        String value = text(name, "");
        return value.isEmpty() ? otherwise : Integer.parseInt(value);
    }

    public String text(String name, String otherwise) {
        int at = words.indexOf(name);
        if (at >= 0 && at + 1 == words.size()) {
            throw new IllegalArgumentException("expected a value after " + name);
        }
        return at < 0 ? otherwise : words.get(at + 1);
    }

    /** Whether a list of beginnings of names, which says what is wanted, has one of this name; without the list, all are. */
    public boolean wants(String list, String name) {
        return Arrays.stream(text(list, "").split(",", -1)).anyMatch(name::startsWith);
    }

    /** Where figures are kept: {@code --figures}, or as {@code bench/run} says. */
    public Path figures() {
        return Path.of(text("--figures", System.getProperty("millrace.bench.figures", "target/figures")));
    }
}
