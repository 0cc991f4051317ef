package dev.bailiwick.server.jail.file.archive;

import dev.bailiwick.server.problem.Failure;
import java.util.Map;

/** An entry of an archive is not unpacked, for a reason that has nothing to do with the archive; it has the type of problem of that. */
public final class EntryNotUnpacked extends Failure {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, Object> members;

    /** @param name of the entry */
    public EntryNotUnpacked(String name, Failure reason) {
        super(reason.type(), name + " is not unpacked. " + reason.detail(), reason.violations());
        this.members = reason.members();
    }

    @Override
    public Map<String, Object> members() {
        return members;
    }
}
