package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.RootPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The form of root paths in the record: relative to the root base. */
record RecordedPaths(Path rootBase) {

    RecordedPaths(HostLayout layout) {
        this(layout.rootBase());
    }

    /** Returns the path relative to the root base, spelled like the file name on disk. */
    String recorded(RootPath path) {
        String relative = rootBase.relativize(Path.of(path.value())).toString();
        return new String(relative.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** @throws dev.bailiwick.jail.validation.InvalidValue if no definition can have this path */
    RootPath pathOf(String recorded) {
        return new RootPath(rootBase.resolve(recorded).toString());
    }
}
