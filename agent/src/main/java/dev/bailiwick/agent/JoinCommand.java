package dev.bailiwick.agent;

import dev.bailiwick.agent.link.identity.Enrolment;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.identity.JoinToken;
import dev.bailiwick.agent.link.identity.ServerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Joins this host to a server: creates the host's key, and exchanges a one-time token for a signed certificate. */
final class JoinCommand {

    private JoinCommand() {}

    static void join(CommandLine line) throws IOException {
        ServerAddress server = address(line.required(CommandLine.Option.SERVER));
        Optional<String> argument = line.optional(CommandLine.Option.TOKEN);
        JoinToken token = argument.isPresent()
                ? token(argument.get(), "--token")
                : token(fromStandardInput(), "the token on standard input");
        AgentConfig config = line.config();
        AgentLock lock = AgentLock.take(config.layout().stateDirectory())
                .orElseThrow(() -> new CommandFailed("An agent runs here; stop it before you join this host again."));
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

    private static JoinToken token(String text, String source) {
        try {
            return JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig(source + ": " + e.getMessage());
        }
    }

    /** Reads one line. Other users of the machine can read a process's arguments, but not its standard input. */
    private static String fromStandardInput() throws IOException {
        System.err.println("Waiting for the join token on standard input.");
        String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return line == null ? "" : line;
    }
}
