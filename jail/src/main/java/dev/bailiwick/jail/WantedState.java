package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;

/** Whether a jail should run. */
public enum WantedState {
    RUNNING,
    STOPPED;

    /** @throws InvalidValue if {@code text} is neither {@code running} nor {@code stopped} */
    public static WantedState parse(String text) {
        return switch (text) {
            case "running" -> RUNNING;
            case "stopped" -> STOPPED;
            default -> throw new InvalidValue("must be 'running' or 'stopped'");
        };
    }

    public String text() {
        return this == RUNNING ? "running" : "stopped";
    }
}
