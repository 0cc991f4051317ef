package dev.bailiwick.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws durations as lines from p50 to p99, in an SVG beside the document. The scale is logarithmic, because the longest duration can
 * be a hundred times the shortest.
 */
public final class Plot {

    private static final int LABELS = 430;
    private static final int SCALE = 430;
    private static final int ROW = 24;
    private static final int TOP = 34;

    private record Row(String name, boolean ours, double p50, double p99) {}

    private final String title;
    private final List<Row> rows = new ArrayList<>();

    public Plot(String title) {
        this.title = title;
    }

    /**
     * Adds a line; the durations are in milliseconds, p99 not below p50.
     *
     * @param ours whether the line has the accent colour
     */
    public void add(String name, boolean ours, double p50, double p99) {
        if (p50 > 0) {
            rows.add(new Row(name, ours, p50, Math.max(p50, p99)));
        }
    }

    /**
     * Writes {@code docs/benchmarks-NAME.svg} for the document {@code docs/benchmarks.md}.
     *
     * @return the Markdown that shows the drawing
     */
    public String write(Path document, String name) throws IOException {
        String file = document.getFileName().toString().replaceFirst("\\.md$", "") + "-" + name + ".svg";
        Files.writeString(document.resolveSibling(file), svg());
        return "![" + title + "](" + file + ")";
    }

    private String svg() {
        double least = Math.pow(
                10,
                Math.floor(Math.log10(rows.stream().mapToDouble(Row::p50).min().orElse(1))));
        double most = Math.pow(
                10,
                Math.ceil(Math.log10(rows.stream().mapToDouble(Row::p99).max().orElse(10))));
        int height = TOP + rows.size() * ROW + 30;
        StringBuilder svg = new StringBuilder();
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="system-ui, sans-serif" font-size="13">
                <title>%s</title>
                <style>
                  text { fill: #24292f } .dim { fill: #57606a; font-size: 11px } .grid { stroke: #d0d7de } .row { stroke: #8c959f; fill: #8c959f }
                  .ours { stroke: #0b7285; fill: #0b7285 }
                  @media (prefers-color-scheme: dark) {
                    text { fill: #e6edf3 } .dim { fill: #9198a1 } .grid { stroke: #3d444d } .ours { stroke: #3bc9db; fill: #3bc9db }
                  }
                </style>
                <text x="0" y="14" font-weight="600">%s</text>
                """.formatted(LABELS + SCALE + 130, height, escape(title), escape(title)));
        for (double decade = least; decade <= most * 1.001; decade *= 10) {
            double x = x(decade, least, most);
            line(svg, "grid", x, TOP - 6, x, TOP + rows.size() * ROW, 1);
            svg.append("<text class=\"dim\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s ms</text>%n"
                    .formatted(number(x), TOP + rows.size() * ROW + 16, tidy(decade)));
        }
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double y = TOP + i * ROW + ROW / 2.0 - 4;
            double from = x(row.p50, least, most);
            double to = x(row.p99, least, most);
            String kind = row.ours ? "ours" : "row";
            svg.append("<text x=\"%d\" y=\"%s\" text-anchor=\"end\"%s>%s</text>%n"
                    .formatted(LABELS - 12, number(y + 4), row.ours ? " font-weight=\"600\"" : "", escape(row.name)));
            line(svg, kind, from, y, to, y, 3);
            svg.append("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"5\"/>%n".formatted(kind, number(from), number(y)));
            line(svg, kind, to, y - 5, to, y + 5, 2);
            svg.append("<text class=\"dim\" x=\"%s\" y=\"%s\">%s – %s</text>%n"
                    .formatted(number(to + 8), number(y + 4), tidy(row.p50), tidy(row.p99)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static double x(double value, double least, double most) {
        return LABELS + SCALE * Math.log(value / least) / Math.log(most / least);
    }

    private static void line(StringBuilder svg, String kind, double x1, double y1, double x2, double y2, int width) {
        svg.append("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke-width=\"%d\"/>%n"
                .formatted(kind, number(x1), number(y1), number(x2), number(y2), width));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String tidy(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.2f" : "%.0f", millis).replaceFirst("\\.00$", "");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
