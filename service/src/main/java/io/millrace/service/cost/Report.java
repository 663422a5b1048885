package io.millrace.service.cost;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A cost report, before it is known in which format. Immutable.
 *
 * @param facts what machines get beside the sections, by name
 * @param about what people read first
 * @param partial why it tells of a part only; empty if it is whole
 */
public record Report(
        String title, Map<String, Object> facts, List<String> about, List<Section> sections, Optional<String> partial) {
    public Report {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(partial, "partial");
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        about = List.copyOf(about);
        sections = List.copyOf(sections);
    }

    /**
     * A table with what is to be said about it.
     *
     * @param key what machines call it
     */
    public record Section(String key, String title, Table table, List<String> notes, Optional<Chart> chart) {
        public Section {
            Objects.requireNonNull(chart, "chart");
            notes = List.copyOf(notes);
        }
    }

    /** This report, with another section at its end. */
    public Report with(Section section) {
        List<Section> more = new ArrayList<>(sections);
        more.add(section);
        return new Report(title, facts, about, more, partial);
    }

    /** This report, with another fact, which people read as this line. */
    public Report with(String fact, Object value, String line) {
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put(fact, value);
        List<String> lines = new ArrayList<>(about);
        lines.add(line);
        return new Report(title, more, lines, sections, partial);
    }

    /** This report, as one that tells of a part only. */
    public Report partial(String why) {
        return new Report(title, facts, about, sections, Optional.of(why));
    }
}
