package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.figure.JailMetrics.Step;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The page with what a jail used: charts, which a script draws from the tables below them, and which are kept up to date. */
@Controller
class FigurePages {

    private final JailMetrics metrics;
    private final JailMarkers markers;
    private final Jails jails;
    private final LiveStreams streams;
    private final Clock clock;

    /** The times that the page offers. */
    enum Range {
        HOURS("hours", Duration.ofHours(6)),
        DAY("day", Duration.ofDays(1)),
        WEEK("week", Duration.ofDays(7)),
        MONTH("month", Duration.ofDays(30)),
        YEAR("year", Duration.ofDays(365));

        private final String text;
        private final Duration length;

        Range(String text, Duration length) {
            this.text = text;
            this.length = length;
        }

        private static Range parse(String text) {
            return Arrays.stream(values())
                    .filter(range -> range.text.equals(text))
                    .findFirst()
                    .orElseThrow(() -> new InvalidRequest("/range", ExpectedValue.oneOf(texts().stream())));
        }

        private static List<String> texts() {
            return Arrays.stream(values()).map(range -> range.text).toList();
        }
    }

    FigurePages(JailMetrics metrics, JailMarkers markers, Jails jails, LiveStreams streams, Clock clock) {
        this.metrics = metrics;
        this.markers = markers;
        this.jails = jails;
        this.streams = streams;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/figures")
    String show(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range, Model model) {
        Range chosen = Range.parse(range);
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        ShownFigures shown = figures(caller, jail.id(), chosen);
        List<LivePart> parts = shown.parts();
        model.addAttribute("seen", LivePart.stamp(parts));
        model.addAttribute("charts", shown.charts());
        model.addAttribute("markers", shown.markers());
        model.addAttribute("jailName", jail.definition().name().value());
        model.addAttribute("jail", id);
        model.addAttribute("range", range);
        model.addAttribute("ranges", Range.texts());
        return "jails/figures";
    }

    /** Sends charts again when the host has sent figures, and markers when the jail has changed. */
    @GetMapping("/jails/{id}/figures/live")
    SseEmitter live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "day") String range,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        Range chosen = Range.parse(range);
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return figures(caller, jail.id(), chosen).parts();
            }

            @Override
            public Watch watch(Runnable wake) {
                return jails.changes(notification -> {
                    if (concerns(notification, jail)) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    /** Returns the steps of the charts as a file. */
    @GetMapping("/jails/{id}/figures/csv")
    ResponseEntity<byte[]> download(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range) {
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        byte[] body = MetricsCsv.of(metrics.of(caller, jail.id(), window(Range.parse(range))));
        String name = "%s-%s.csv".formatted(jail.definition().name(), range);
        return ResponseEntity.ok()
                .contentType(CsvFormat.TYPE)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(body);
    }

    private ShownFigures figures(Caller caller, JailId jail, Range range) {
        MetricWindow window = window(range);
        List<Step> steps = metrics.of(caller, jail, window);
        return new ShownFigures(
                ShownChart.all(steps, window.step()),
                markers.of(caller, jail, window, steps).stream()
                        .map(ShownFigures.ShownMarker::of)
                        .toList());
    }

    private MetricWindow window(Range range) {
        Instant now = clock.instant();
        return MetricWindow.parse(now.minus(range.length).toString(), null, null, now);
    }

    private static boolean concerns(Notification notification, JailView jail) {
        return switch (notification) {
            case Notification.FiguresStored(HostId host) -> host.equals(jail.host());
            case Notification.JailChanged(JailId changed) -> changed.equals(jail.id());
            case Notification.Missed _ -> true;
            case Notification.HostChanged _,
                    Notification.HostSeen _,
                    Notification.PoolsChanged _,
                    Notification.JailReported _ -> false;
        };
    }
}
