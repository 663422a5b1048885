package io.millrace.service.cost;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.StringEscapeUtils;

/** A report as one page that needs nothing else: no network, no file beside it. */
final class HtmlReport {
    private static final Pattern PLACE = Pattern.compile("@([A-Z]+)@");
    /** The version is that of the pom. */
    private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

    private static final int BAR_HEIGHT = 46;
    private static final int LINE_HEIGHT = 320;

    private HtmlReport() {}

    static String print(Report report) {
        Map<String, String> parts = Map.of(
                "TITLE", escaped(report.title()),
                "ABOUT", about(report),
                "SECTIONS", report.sections().stream().map(HtmlReport::section).collect(Collectors.joining("\n")),
                "LIBRARY", inScript(resource(CHART_JS)),
                "CHARTS", JsonReport.write(charts(report)).replace("<", "\\u003c"));
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), place.group())));
    }

    private static String about(Report report) {
        List<String> lines = new ArrayList<>();
        report.partial()
                .ifPresent(reason ->
                        lines.add("<p class=\"partial\"><strong>Partial:</strong> " + escaped(reason) + "</p>"));
        report.about().forEach(line -> lines.add("<p class=\"about\">" + escaped(line) + "</p>"));
        return String.join("\n", lines);
    }

    private static String section(Report.Section section) {
        StringBuilder html = new StringBuilder("<section>\n<h2>" + escaped(section.title()) + "</h2>\n");
        section.chart()
                .ifPresent(chart -> html.append("<div class=\"chart\" style=\"height: ")
                        .append(height(chart))
                        .append("px\"><canvas id=\"chart-")
                        .append(section.key())
                        .append("\" role=\"img\" aria-label=\"")
                        .append(escaped(section.title()))
                        .append("; the table beneath has the figures\"></canvas></div>\n"));
        html.append(table(section.table().shown()));
        if (!section.notes().isEmpty()) {
            html.append(section.notes().stream()
                    .map(note -> "<li>" + escaped(note) + "</li>")
                    .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>\n")));
        }
        return html.append("</section>").toString();
    }

    private static int height(Chart chart) {
        int bars = Math.max(1, chart.series().size());
        return chart.kind() == Chart.Kind.LINE
                ? LINE_HEIGHT
                : 70 + chart.labels().size() * Math.max(BAR_HEIGHT, 20 * bars);
    }

    private static String table(Table table) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table>\n<thead><tr>");
        table.columns().forEach(column -> html.append(cell("th", column, column.title())));
        html.append("</tr></thead>\n<tbody>\n");
        for (List<Cell> row : table.rows()) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                html.append(cell("td", table.columns().get(i), row.get(i).shown()));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table></div>\n").toString();
    }

    private static String cell(String tag, Table.Column column, String text) {
        return "<" + tag + (column.number() ? " class=\"number\"" : "") + ">" + escaped(text) + "</" + tag + ">";
    }

    private static List<Map<String, Object>> charts(Report report) {
        List<Map<String, Object>> charts = new ArrayList<>();
        for (Report.Section section : report.sections()) {
            section.chart().ifPresent(chart -> {
                Map<String, Object> spec = new LinkedHashMap<>();
                spec.put("id", section.key());
                spec.put("kind", chart.kind());
                spec.put("logarithmic", chart.logarithmic());
                spec.put("axis", chart.axis());
                spec.put("labels", chart.labels());
                spec.put("series", chart.series());
                spec.put("marked", chart.marked());
                charts.add(spec);
            });
        }
        return charts;
    }

    private static String escaped(String text) {
        return StringEscapeUtils.escapeHtml4(text).replace("'", "&#39;");
    }

    /** Nothing in a script may end it, or begin a comment in which it would not end. */
    private static String inScript(String text) {
        return text.replace("</", "<\\/").replace("<!--", "<\\!--");
    }

    private static String resource(String name) {
        try (InputStream found = HtmlReport.class.getResourceAsStream(name)) {
            if (found == null) {
                throw new IllegalStateException("expected a resource of the program: name=" + name);
            }
            return new String(found.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("expected a resource that can be read: name=" + name, e);
        }
    }
}
