package dev.bailiwick.agent.kernel;

/** Another agent already has user ids, a cgroup or a directory that this agent is configured to use. Nothing was changed. */
public final class HostClaimed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message names the other instance, what overlaps, and what to choose instead */
    public HostClaimed(String message) {
        super(message);
    }
}
