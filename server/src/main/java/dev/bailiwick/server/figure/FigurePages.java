package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.figure.chart.FigureRange;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.ShownChart;
import dev.bailiwick.server.figure.chart.ShownFigures;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    /** How old what is shown as the last use may be: hosts send the figures of a slot some minutes after its end. */
    private static final Duration RECENT = Duration.ofMinutes(20);

    private final JailMetrics metrics;
    private final JailMarkers markers;
    private final Jails jails;
    private final LiveStreams streams;
    private final Clock clock;

    FigurePages(JailMetrics metrics, JailMarkers markers, Jails jails, LiveStreams streams, Clock clock) {
        this.metrics = metrics;
        this.markers = markers;
        this.jails = jails;
        this.streams = streams;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/figures")
    String show(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range, Model model) {
        FigureRange chosen = FigureRange.parse(range);
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        ShownFigures shown = figures(caller, jail.id(), chosen);
        List<LivePart> parts = shown.parts();
        model.addAttribute("seen", LivePart.stamp(parts));
        model.addAttribute("charts", shown.charts());
        model.addAttribute("markers", shown.markers());
        model.addAttribute("jailName", jail.definition().name().value());
        model.addAttribute("jail", id);
        model.addAttribute("range", range);
        model.addAttribute("ranges", FigureRange.texts());
        return "jails/figures";
    }

    /** Shows what the jail used last and may use, as a part of its overview. */
    @GetMapping("/jails/{id}/figures/last")
    String last(Caller caller, @PathVariable String id, Model model) {
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        Instant now = clock.instant();
        MetricWindow recent = MetricWindow.parse(now.minus(RECENT).toString(), null, null, now);
        List<Step> steps = metrics.of(caller, jail.id(), recent);
        model.addAttribute(
                "use",
                steps.isEmpty()
                        ? List.of()
                        : UseOfJail.of(steps.getLast(), jail.definition().limits()));
        return "jails/use :: use";
    }

    /** Sends charts again when the host has sent figures, and markers when the jail has changed. */
    @GetMapping("/jails/{id}/figures/live")
    SseEmitter live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "day") String range,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        FigureRange chosen = FigureRange.parse(range);
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
        FigureRange chosen = FigureRange.parse(range);
        return CsvFormat.file(
                jail.definition().name() + "-" + range,
                MetricsCsv.of(JailMetrics.ALL, metrics.of(caller, jail.id(), chosen.until(clock.instant()))));
    }

    private ShownFigures figures(Caller caller, JailId jail, FigureRange range) {
        MetricWindow window = range.until(clock.instant());
        List<Step> steps = metrics.of(caller, jail, window);
        return new ShownFigures(
                ShownChart.all(steps, window.step()),
                markers.of(caller, jail, window, steps).stream()
                        .map(ShownFigures.ShownMarker::of)
                        .toList());
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
