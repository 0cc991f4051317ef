package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.link.stream.StreamKinds;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Denial;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the link to the server tells about this host.
 *
 * @param version the version of this agent, which the server shows
 * @param facts returns the facts about this host. Called for each connection, and every few seconds after that; if the facts change,
 *     the agent connects again
 * @param answers answers the server's questions
 * @param denials returns the calls that were blocked since its last call; called every few seconds
 * @param files returns the files that removed jails have left; called with every heartbeat
 * @param figures the figures of jails that the server does not have yet
 * @param conditions returns what is wrong with this host; called every few seconds
 * @param streams the kinds of streams that this host carries
 */
public record LocalHost(
        String version,
        Supplier<HostFacts> facts,
        HostAnswers answers,
        Supplier<List<Denial>> denials,
        Supplier<FilesReport> files,
        KeptFigures figures,
        Supplier<List<Condition>> conditions,
        StreamKinds streams) {}
