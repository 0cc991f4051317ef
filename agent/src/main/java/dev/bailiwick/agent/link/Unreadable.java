package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.Report;
import dev.bailiwick.protocol.MalformedMessage;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/** What the server has said of one jail and this agent cannot read, as of a server that is later than it. */
record Unreadable(JailId jail, long generation, String reason) {

    /** @throws MalformedMessage {@code cause}, if it cannot even be said of which jail it is */
    static Unreadable of(String id, long generation, MalformedMessage cause) {
        if (generation < 1) {
            throw cause;
        }
        try {
            return new Unreadable(JailId.parse(id), generation, String.valueOf(cause.getMessage()));
        } catch (InvalidValue e) {
            cause.addSuppressed(e);
            throw cause;
        }
    }

    Report report(String version, Instant now) {
        Condition condition = new Condition(
                "DefinitionUnreadable",
                "the agent of this host, version " + version
                        + ", cannot read the definition, and leaves the jail as it is: " + reason
                        + "; update the agent",
                now);
        return new Report(jail, generation, Phase.REFUSED, OptionalInt.empty(), 0, List.of(condition), List.of(), now);
    }
}
