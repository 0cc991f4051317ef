package dev.bailiwick.server.figure.chart;

import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.server.page.LivePart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a page of figures shows: charts, and what happened in their time. */
public record ShownFigures(List<ShownChart> charts, List<ShownMarker> markers) {

    private static final String TEMPLATE = "figures";

    /**
     * A marker in the charts, and its row in the table.
     *
     * @param at in seconds since the epoch
     */
    public record ShownMarker(long at, String time, String kind, long count) {

        public static ShownMarker of(Marker marker) {
            return new ShownMarker(
                    marker.at().getEpochSecond(),
                    TimeText.of(marker.at()),
                    marker.kind().text(),
                    marker.count());
        }
    }

    /** Returns the parts that are sent again when they have changed: the values of each chart, and the markers. */
    public List<LivePart> parts() {
        List<LivePart> parts = new ArrayList<>();
        charts.forEach(chart ->
                parts.add(new LivePart("figures-" + chart.name(), TEMPLATE, "values", Map.of("chart", chart))));
        parts.add(new LivePart("figures-markers", TEMPLATE, "markers", Map.of("markers", markers)));
        return parts;
    }
}
