package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostClaimed;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.link.identity.JoinRefused;
import dev.bailiwick.agent.training.AotTraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The agent's program. Exit status 0: success; 1: failure, with a message; 2: invalid arguments or configuration. */
public final class AgentMain {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private AgentMain() {}

    public static void main(String... arguments) throws Exception {
        logTo(standardError());
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) throws Exception {
        try {
            CommandLine line = CommandLine.parse(List.of(arguments));
            if (line.log().isPresent()) {
                logTo(new LogFile(line.log().get()));
            }
            carryOut(line);
            return DONE;
        } catch (InvalidConfig e) {
            System.err.println(e.getMessage());
            return WRONG_USAGE;
        } catch (CommandFailed | JoinRefused | HostClaimed e) {
            System.err.println(e.getMessage());
            return FAILED;
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Failed: " + e);
            return FAILED;
        }
    }

    private static void carryOut(CommandLine line) throws Exception {
        switch (line.command()) {
            case JOIN -> JoinCommand.join(line);
            case RUN -> RunCommand.run(line.config());
            case JAILS -> JailsCommand.list(line.config().layout());
            case STOP_JAILS -> StopJailsCommand.stop(line.config().layout());
            case CHECK -> CheckCommand.check(line.config().layout());
            case SAMPLES -> SamplesCommand.print(line);
            case TRAIN -> train(line.config().layout());
            case HELP -> System.out.print(CommandLine.HELP);
            case VERSION -> System.out.println("bailiwick-agent " + version());
        }
    }

    private static void train(HostLayout layout) throws Exception {
        HostKernel.here().train(layout);
        AotTraining.train(
                layout,
                (kernel, end) ->
                        RunCommand.run(layout, HostFloor.NONE, OptionalInt.empty(), _ -> kernel, _ -> end.await()));
    }

    /** Returns the version in the jar's manifest; "development" if the classes are not in a jar. */
    static String version() {
        @Nullable String version = AgentMain.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static Handler standardError() {
        ConsoleHandler console = new ConsoleHandler();
        console.setFormatter(new LogLineFormatter());
        return console;
    }

    private static void logTo(Handler only) {
        Logger root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        only.setLevel(Level.ALL);
        root.addHandler(only);
        root.setLevel(Level.INFO);
    }
}
