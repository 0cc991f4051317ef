package dev.bailiwick.agent;

import dev.bailiwick.agent.figure.KeptSamples;
import dev.bailiwick.jail.JailId;
import java.nio.file.Path;

/** Prints the samples of a jail, also while the agent runs. */
final class SamplesCommand {

    private SamplesCommand() {}

    /**
     * @throws InvalidConfig if the id of the jail is missing or is none
     * @throws CommandFailed if this host has no samples of the jail
     */
    static void print(CommandLine line) {
        JailId jail = jail(line.required(CommandLine.Option.JAIL));
        Path state = line.config().layout().stateDirectory();
        if (KeptSamples.write(state, jail, System.out) == 0) {
            throw new CommandFailed("This host has no samples of jail " + jail + " of the last day in " + state);
        }
    }

    private static JailId jail(String text) {
        try {
            return JailId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfig("--jail must be the id of a jail: " + e.getMessage());
        }
    }
}
