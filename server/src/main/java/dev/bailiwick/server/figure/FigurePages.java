package dev.bailiwick.server.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** The page with what a jail used: charts, which a script draws from the tables below them. */
@Controller
class FigurePages {

    private final JailMetrics metrics;
    private final Jails jails;
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

    FigurePages(JailMetrics metrics, Jails jails, Clock clock) {
        this.metrics = metrics;
        this.jails = jails;
        this.clock = clock;
    }

    @GetMapping("/jails/{id}/figures")
    String show(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "day") String range, Model model) {
        Range chosen = Range.parse(range);
        Instant now = clock.instant();
        MetricWindow window = MetricWindow.parse(now.minus(chosen.length).toString(), null, null, now);
        JailId jail = new JailId(PathIds.uuid(id));
        model.addAttribute("charts", ShownChart.all(metrics.of(caller, jail, window), window.step()));
        model.addAttribute(
                "jailName", jails.find(caller, jail).definition().name().value());
        model.addAttribute("jail", id);
        model.addAttribute("range", range);
        model.addAttribute("ranges", Range.texts());
        return "jails/figures";
    }
}
