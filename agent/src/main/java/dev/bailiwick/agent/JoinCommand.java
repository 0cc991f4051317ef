package dev.bailiwick.agent;

import dev.bailiwick.agent.link.Enrolment;
import dev.bailiwick.agent.link.Identity;
import dev.bailiwick.agent.link.JoinToken;
import dev.bailiwick.agent.link.ServerAddress;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Spends a one-time token: makes this host's key, and has its certificate signed. */
@Command(
        name = "join",
        description = "Joins this host to a server with a one-time token.",
        mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where the server's link is, as it was shown with the token.")
    private @Nullable String server;

    @Option(names = "--token", paramLabel = "TOKEN", required = true, description = "The token.")
    private @Nullable String token;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws IOException {
        AgentConfig config = options.read();
        AgentLock lock = AgentLock.take(config.layout().stateDirectory())
                .orElseThrow(() -> new CommandFailed("An agent runs here; stop it before this host joins again."));
        try (lock) {
            Identity identity =
                    Enrolment.join(address(), joinToken(), config.layout().stateDirectory());
            System.out.println("Joined " + identity.server() + " as host " + identity.hostName() + ".");
        }
        return 0;
    }

    private ServerAddress address() {
        try {
            return ServerAddress.parse(String.valueOf(server));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig("--server: " + e.getMessage());
        }
    }

    private JoinToken joinToken() {
        try {
            return JoinToken.parse(String.valueOf(token));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig("--token: " + e.getMessage());
        }
    }
}
