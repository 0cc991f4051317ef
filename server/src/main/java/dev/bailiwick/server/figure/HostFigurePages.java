package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.figure.chart.FigureRange;
import dev.bailiwick.server.figure.chart.Marker;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.ShownFigures;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.HostPromises;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.page.LivePage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.LiveStreams;
import dev.bailiwick.server.page.PathIds;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The page with what a host has, promises and uses, which is kept up to date. */
@Controller
class HostFigurePages {

    /** Figures of a slot arrive after it has ended; older ones do not say what is used now. */
    private static final Duration RECENT = Duration.ofMinutes(15);

    private final HostMetrics metrics;
    private final Hosts hosts;
    private final Usages usages;
    private final Notifications notifications;
    private final LiveStreams streams;
    private final Clock clock;

    HostFigurePages(
            HostMetrics metrics,
            Hosts hosts,
            Usages usages,
            Notifications notifications,
            LiveStreams streams,
            Clock clock) {
        this.metrics = metrics;
        this.hosts = hosts;
        this.usages = usages;
        this.notifications = notifications;
        this.streams = streams;
        this.clock = clock;
    }

    private record Shown(List<ShownUse> uses, ShownFigures figures) {

        private List<LivePart> parts() {
            List<LivePart> parts = new ArrayList<>(figures.parts());
            parts.add(new LivePart("host-uses", "hosts/figures", "uses", Map.of("uses", uses)));
            return parts;
        }
    }

    @GetMapping("/hosts/{id}/figures")
    String show(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range, Model model) {
        caller.require(Scope.HOSTS_READ);
        FigureRange chosen = FigureRange.parse(range);
        Host host = find(new HostId(PathIds.uuid(id)));
        Shown shown = shown(caller, host, chosen);
        model.addAttribute("seen", LivePart.stamp(shown.parts()));
        model.addAttribute("uses", shown.uses);
        model.addAttribute("charts", shown.figures.charts());
        model.addAttribute("markers", shown.figures.markers());
        model.addAttribute("hostName", host.name().value());
        model.addAttribute("host", id);
        model.addAttribute("range", range);
        model.addAttribute("ranges", FigureRange.texts());
        return "hosts/figures";
    }

    /** Sends what changed when the host has sent figures. */
    @GetMapping("/hosts/{id}/figures/live")
    SseEmitter live(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "day") String range,
            @RequestParam(defaultValue = "") String seen,
            HttpServletRequest request) {
        caller.require(Scope.HOSTS_READ);
        FigureRange chosen = FigureRange.parse(range);
        HostId host = find(new HostId(PathIds.uuid(id))).id();
        return streams.open(request, caller, seen, new LivePage() {
            @Override
            public List<LivePart> parts() {
                return shown(caller, find(host), chosen).parts();
            }

            @Override
            public Watch watch(Runnable wake) {
                return notifications.onAny(notification -> {
                    if (notification instanceof Notification.Missed
                            || notification.equals(new Notification.FiguresStored(host))) {
                        wake.run();
                    }
                })::close;
            }
        });
    }

    /** Returns the steps of the charts as a file. */
    @GetMapping("/hosts/{id}/figures/csv")
    ResponseEntity<byte[]> download(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range) {
        caller.require(Scope.HOSTS_READ);
        Host host = find(new HostId(PathIds.uuid(id)));
        MetricWindow window = FigureRange.parse(range).until(clock.instant());
        return CsvFormat.file(
                host.name() + "-" + range, MetricsCsv.of(HostMetrics.ALL, metrics.of(caller, host.id(), window)));
    }

    private Host find(HostId host) {
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }

    private Shown shown(Caller caller, Host host, FigureRange range) {
        Instant now = clock.instant();
        MetricWindow window = range.until(now);
        List<Step> steps = metrics.of(caller, host.id(), window);
        Optional<HostPromises> promises = HostPromises.of(host, usages.of(host.id(), List.of()));
        return new Shown(
                promises.map(known -> ShownUse.of(known, last(caller, host, now), JailFigures.SLOT))
                        .orElse(List.of()),
                new ShownFigures(
                        HostCharts.of(steps, window.step(), promises),
                        Marker.kills(steps, HostMetric.JAILS_OOM_KILLS).stream()
                                .map(ShownFigures.ShownMarker::of)
                                .toList()));
    }

    private Optional<Step> last(Caller caller, Host host, Instant now) {
        MetricWindow recent = MetricWindow.parse(now.minus(RECENT).toString(), null, JailFigures.SLOT.toString(), now);
        return metrics.of(caller, host.id(), recent).stream().reduce((_, later) -> later);
    }
}
