package dev.bailiwick.agent.link.state;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.MalformedMessage;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/** A definition of one jail that this agent cannot read, because the server is of a later version. */
public record Unreadable(JailId jail, long generation, String reason) {

    /** @throws MalformedMessage {@code cause}, if the jail's id or generation cannot be read either */
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

    public Report report(String version, Instant now) {
        Condition condition = new Condition(
                "DefinitionUnreadable",
                "version " + version + " of the agent cannot read the definition, and leaves the jail as it is: "
                        + reason + "; update the agent",
                now);
        return new Report(jail, generation, Phase.REFUSED, OptionalInt.empty(), 0, List.of(condition), List.of(), now);
    }
}
