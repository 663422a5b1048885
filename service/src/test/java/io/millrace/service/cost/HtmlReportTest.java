package io.millrace.service.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cost.MeasuredRung.Metric;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
    private static final List<String> BROWSERS =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    /** Chromium's names for what people prefer. */
    private static final String DARK = "0";

    private static final String LIGHT = "1";
    private static final int TOP_LEFT = 5;
    private static final String SCREEN = "1100,1400";
    private static final String WHOLE_PAGE = "1100,5200";
    /** The page's colours of series. */
    private static final int BLUE = 0x2f6fb5;

    private static final int TEAL = 0x23807a;
    private static final int PURPLE = 0x7a4fa3;
    /** Pixels of a colour that its box in a chart's legend has at most; only the measured chart has these colours. */
    private static final int LEGEND = 600;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void isOneFileThatAsksForNothing() {
        String html = HtmlReport.print(Reports.reference());

        assertThat(html.replaceAll("(?s)<script>.*?</script>", ""))
                .doesNotContainPattern("(?i)<(link|img|iframe)\\b|\\bsrc\\s*=|@import|url\\(")
                .doesNotContain("http://", "https://");
        assertThat(html)
                .contains("default-src 'none'", "Chart.js v4.5.1", "<td class=\"number\">508.5</td>")
                .doesNotContainPattern("@[A-Z]+@");
    }

    @Test
    void letsNoNameOfAUserBecomeMarkup() {
        Report report = new Report(
                "<script>alert(1)</script>",
                Map.of(),
                List.of("</script><!--", "\"'&"),
                List.of(new Report.Section(
                        "s",
                        "x",
                        new Table(List.of(Table.Column.words("a", "<b>")), List.of(List.of(Cell.text("</td>")))),
                        List.of("<i>"),
                        Optional.of(new Chart(
                                Chart.Kind.BARS,
                                false,
                                "</script>",
                                List.of("</script>"),
                                List.of(new Chart.Series("<s>", List.of(1))),
                                List.of())))),
                Optional.of("<u>"));

        String html = HtmlReport.print(report);

        assertThat(html).doesNotContain("<script>alert", "<b>", "<i>", "<u>", "<s>", "</td></td>");
        assertThat(html.split("</script>", -1)).hasSize(4);
    }

    @Test
    void opensInABrowserInTheDarkAndInTheLight() throws Exception {
        String browser = installedBrowser();
        Path page = Files.writeString(folder.resolve("report.html"), HtmlReport.print(Reports.reference()));

        BufferedImage light = screenshot(browser, page, LIGHT, SCREEN);
        BufferedImage dark = screenshot(browser, page, DARK, SCREEN);
        assertThat(brightness(light.getRGB(TOP_LEFT, TOP_LEFT))).isGreaterThan(600);
        assertThat(brightness(dark.getRGB(TOP_LEFT, TOP_LEFT))).isLessThan(150);
        assertThat(pixels(light, BLUE)).as("bars in the light").isGreaterThan(1_000);
        assertThat(pixels(dark, 0x78aee8)).as("bars in the dark").isGreaterThan(1_000);
    }

    /** A value that is not there must not end the script, or leave out what is there. */
    @Test
    void drawsTheMeasuredBillWithWhatWasNotMeasured() throws Exception {
        String browser = installedBrowser();
        Path page = Files.writeString(folder.resolve("report.html"), HtmlReport.print(measured()));

        String dom = Files.readString(open(browser, page, LIGHT, SCREEN, "--dump-dom"));
        assertThat(dom).contains("data-charts=\"4\"").contains("not measured");

        BufferedImage whole = screenshot(browser, page, LIGHT, WHOLE_PAGE);
        assertThat(pixels(whole, TEAL)).as("server CPU: the legend alone").isLessThan(LEGEND);
        assertThat(pixels(whole, PURPLE)).as("WAL: bars, too").isGreaterThan(10 * LEGEND);
    }

    private static String installedBrowser() {
        Optional<String> browser = browser();
        if (browser.isEmpty()) {
            System.err.println("!!! NOT TESTED: no browser of " + BROWSERS + " is installed, so nobody has opened the"
                    + " HTML report. Install one, e.g. apt-get install chromium");
        }
        assumeTrue(browser.isPresent(), "no browser is installed");
        return browser.get();
    }

    /** Of the server's CPU time nothing is known. */
    private static Report measured() {
        return MeasuredReport.with(
                Reports.reference(),
                Reports.LADDER,
                Reports.bill(Set.of(Metric.SERVER_CPU_MS), (rung, seconds) -> seconds));
    }

    private static Optional<String> browser() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(path -> BROWSERS.stream().map(name -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    private BufferedImage screenshot(String browser, Path page, String scheme, String window) throws Exception {
        Path image = folder.resolve("scheme-" + scheme + ".png");
        open(browser, page, scheme, window, "--screenshot=" + image);
        return ImageIO.read(image.toFile());
    }

    /** Returns what it printed. */
    private Path open(String browser, Path page, String scheme, String window, String what)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "browser", ".out");
        List<String> command = new ArrayList<>(List.of(
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=" + window,
                "--user-data-dir=" + folder.resolve("profile"),
                "--blink-settings=preferredColorScheme=" + scheme,
                what,
                page.toUri().toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).as(what).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return out;
    }

    private static int brightness(int rgb) {
        return (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff);
    }

    private static long pixels(BufferedImage image, int rgb) {
        long found = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                found += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return found;
    }
}
