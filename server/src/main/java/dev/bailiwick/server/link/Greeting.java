package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.protocol.DifferenceWire;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.Field;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.server.host.Histories;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The contents of the Hello, with which an agent begins a stream.
 *
 * @param version the version of the agent
 * @param accepted the revision of the desired state on its disk
 * @param marks the last revisions that it has accepted, with their hashes
 * @param keepsDifferences whether the agent keeps its own state of jails that a snapshot contradicts, and reports the differences
 * @param questions the kinds of questions that it can answer
 * @param kinds the kinds of objects that it can hold
 * @param streams the kinds of streams that it carries
 */
record Greeting(
        String version,
        HostFacts facts,
        long accepted,
        List<Histories.Mark> marks,
        boolean keepsDifferences,
        Set<String> questions,
        Set<String> kinds,
        Set<String> streams) {

    private static final int MAX_VERSION_CHARACTERS = 200;

    /**
     * Reads the message.
     *
     * @throws dev.bailiwick.protocol.MalformedMessage naming the field that cannot be read
     */
    static Greeting of(Hello hello) {
        return new Greeting(
                Field.text("agent_version", hello.getAgentVersion(), MAX_VERSION_CHARACTERS),
                FactsWire.fromWire(hello.getFacts()).withUnknownDemands(),
                DifferenceWire.revision("accepted_revision", hello.getAcceptedRevision()),
                DifferenceWire.marks(hello).stream()
                        .map(mark -> new Histories.Mark(
                                mark.getRevision(),
                                HexFormat.of().formatHex(mark.getHash().toByteArray())))
                        .toList(),
                hello.getKeepsDifferences(),
                QuestionWire.kinds(hello),
                Wire.kinds(hello),
                StreamWire.kinds(hello));
    }
}
