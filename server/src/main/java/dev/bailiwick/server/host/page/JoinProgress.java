package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The progress of a machine that joins as a host. */
record JoinProgress(String id, String name, boolean done, List<Stage> stages) {

    /** @param mark {@code done}, {@code now} or {@code ahead} */
    record Stage(
            String name, String mark, String icon, @Nullable Moment at) {

        static Stage done(String name, @Nullable Moment at) {
            return new Stage(name, "done", "reached", at);
        }

        static Stage now(String name) {
            return new Stage(name, "now", "starting", null);
        }

        static Stage ahead(String name) {
            return new Stage(name, "ahead", "behind", null);
        }
    }

    static JoinProgress of(Host host, Instant now) {
        Stage defined = Stage.done("defined", Moment.of(host.createdAt(), now));
        List<Stage> stages = host.connected()
                ? List.of(defined, Stage.done("connected", null), Stage.done("facts", null))
                : List.of(defined, Stage.now("connected"), Stage.ahead("facts"));
        return new JoinProgress(host.id().toString(), host.name().value(), host.connected(), stages);
    }

    LivePart part() {
        return new LivePart("joining", "hosts/live", "joining", Map.of("join", this));
    }
}
