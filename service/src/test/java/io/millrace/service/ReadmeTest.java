package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the README shows is what the program prints. */
class ReadmeTest {
    private static final String COST = "    What projection views-per-viewer costs, rung by rung";

    @Test
    void showsTheLadderAsItIsPrinted() throws IOException {
        List<String> shown = blockThatBegins(COST);

        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(TestProgram.run("cost").lines()).startsWith(shown.toArray(String[]::new));
    }

    /** The lines of an indented block, without the indentation. */
    private static List<String> blockThatBegins(String first) throws IOException {
        return Files.readAllLines(Path.of("..", "README.md")).stream()
                .dropWhile(line -> !line.equals(first))
                .takeWhile(line -> line.isEmpty() || line.startsWith("    "))
                .map(line -> line.isEmpty() ? line : line.substring(4))
                .collect(Collectors.collectingAndThen(Collectors.toList(), ReadmeTest::withoutBlankEnd));
    }

    private static List<String> withoutBlankEnd(List<String> lines) {
        int end = lines.size();
        while (end > 0 && lines.get(end - 1).isEmpty()) {
            end--;
        }
        return lines.subList(0, end);
    }
}
