package io.millrace.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the measurements left in a folder.
 *
 * @param figures by measurement, each an object with name, value, least, most, unit, target, atLeast, verdict, note
 * @param laps by measurement, each an object per contender
 * @param overTime by replay, each an object per look at it
 */
record Kept(
        Map<String, List<JsonNode>> figures, Map<String, List<JsonNode>> laps, Map<String, List<JsonNode>> overTime) {
    private static final JsonMapper JSON = new JsonMapper();

    static Kept in(Path folder) throws IOException {
        Map<String, List<JsonNode>> figures = new LinkedHashMap<>();
        Map<String, List<JsonNode>> laps = new LinkedHashMap<>();
        Map<String, List<JsonNode>> overTime = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".jsonl")) {
                    figures.put(name.replace(".jsonl", ""), lines(file));
                } else if (name.matches("(engines|endtoend)-.*[.]json")) {
                    laps.put(name.replace(".json", ""), rows(file));
                } else if (name.startsWith("overtime-") && name.endsWith(".json")) {
                    overTime.put(name.replace("overtime-", "").replace(".json", ""), rows(file));
                }
            }
        }
        return new Kept(figures, laps, overTime);
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        JSON.readTree(file.toFile()).forEach(rows::add);
        return rows;
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** Those with a promise, or those without. */
    static List<JsonNode> promised(List<JsonNode> figures, boolean promised) {
        return figures.stream()
                .filter(figure -> figure.path("target").isNumber() == promised)
                .toList();
    }
}
