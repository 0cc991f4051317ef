package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.RootPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How a root path reads in the record: below the root base. */
record RecordedPaths(Path rootBase) {

    RecordedPaths(HostLayout layout) {
        this(layout.rootBase());
    }

    /** As its name on the disk reads. */
    String recorded(RootPath path) {
        String relative = rootBase.relativize(Path.of(path.value())).toString();
        return new String(relative.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** @throws dev.bailiwick.jail.validation.InvalidValue if no definition can have it */
    RootPath pathOf(String recorded) {
        return new RootPath(rootBase.resolve(recorded).toString());
    }
}
