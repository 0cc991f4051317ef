package dev.bailiwick.agent;

import dev.bailiwick.agent.link.Enrolment;
import dev.bailiwick.agent.link.Identity;
import dev.bailiwick.agent.link.JoinToken;
import dev.bailiwick.agent.link.ServerAddress;
import java.io.IOException;

/** Spends a one-time token: makes this host's key, and has its certificate signed. */
final class JoinCommand {

    private JoinCommand() {}

    static void join(CommandLine line) throws IOException {
        ServerAddress server = address(line.required(CommandLine.Option.SERVER));
        JoinToken token = token(line.required(CommandLine.Option.TOKEN));
        AgentConfig config = line.config();
        AgentLock lock = AgentLock.take(config.layout().stateDirectory())
                .orElseThrow(() -> new CommandFailed("An agent runs here; stop it before this host joins again."));
        try (lock) {
            Identity identity = Enrolment.join(server, token, config.layout().stateDirectory());
            System.out.println("Joined " + identity.server() + " as host " + identity.hostName() + ".");
        }
    }

    private static ServerAddress address(String text) {
        try {
            return ServerAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig("--server: " + e.getMessage());
        }
    }

    private static JoinToken token(String text) {
        try {
            return JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig("--token: " + e.getMessage());
        }
    }
}
