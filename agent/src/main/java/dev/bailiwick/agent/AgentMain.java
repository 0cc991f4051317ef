package dev.bailiwick.agent;

import dev.bailiwick.agent.link.JoinRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The agent as a program. Exit status 0: done; 1: failed, and said why; 2: called or configured wrongly. */
@Command(
        name = "bailiwick-agent",
        description = "Makes this host's jails match what its Bailiwick server says.",
        mixinStandardHelpOptions = true,
        versionProvider = AgentMain.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {JoinCommand.class, RunCommand.class, JailsCommand.class})
public final class AgentMain {

    private static final int FAILED = 1;

    private AgentMain() {}

    public static void main(String... arguments) {
        logToStandardError();
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        return new CommandLine(new AgentMain())
                .setExecutionExceptionHandler((failure, command, _) -> {
                    if (failure instanceof InvalidConfig) {
                        command.getErr().println(failure.getMessage());
                        return command.getCommandSpec().exitCodeOnInvalidInput();
                    }
                    if (failure instanceof CommandFailed || failure instanceof JoinRefused) {
                        command.getErr().println(failure.getMessage());
                        return FAILED;
                    }
                    if (failure instanceof IOException || failure instanceof UncheckedIOException) {
                        command.getErr().println("Failed: " + failure);
                        return FAILED;
                    }
                    throw failure;
                })
                .execute(arguments);
    }

    /** As the jar says; "development" where there is no jar. */
    static String version() {
        @Nullable String version = AgentMain.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static void logToStandardError() {
        Logger root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        ConsoleHandler console = new ConsoleHandler();
        console.setFormatter(new LineFormat());
        console.setLevel(Level.ALL);
        root.addHandler(console);
        root.setLevel(Level.INFO);
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"bailiwick-agent " + version()};
        }
    }
}
