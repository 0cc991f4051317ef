package dev.bailiwick.agent.kernel.linux.command;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.console.Terminal;
import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.jail.process.TerminalSize;

/** A terminal of the jail, from its own devpts, so that the command finds it below /dev/pts. The agent holds its other end. */
final class CommandTerminal implements CommandStreams {

    private static final String MULTIPLEXER = "dev/pts/ptmx";

    private final Terminal terminal;

    private CommandTerminal(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * @param root the root directory of the jail
     * @param owner the user id on the host
     * @throws KernelRefusal if the jail has put something else in the place of its terminals
     */
    static CommandTerminal open(Descriptor root, long owner, TerminalSize size) {
        return new CommandTerminal(Terminal.open(root, MULTIPLEXER, owner, size));
    }

    @Override
    public JailEntry.Streams ofCommand() {
        return JailEntry.Streams.ofTerminal(terminal.slave());
    }

    @Override
    public void handOver() {
        terminal.slave().close();
    }

    @Override
    public Descriptor input() {
        return terminal.master();
    }

    @Override
    public Descriptor output() {
        return terminal.master();
    }

    @Override
    public Descriptor errors() {
        return Descriptor.NONE;
    }

    @Override
    public void endInput() {
        terminal.endInput();
    }

    @Override
    public void resize(TerminalSize size) {
        terminal.resize(size);
    }

    /** The terminal knows who is in its foreground, and sends only the signals of its keys. */
    @Override
    public void signal(Descriptor process, int number) {
        if (!terminal.signal(number)) {
            CommandSignals.send(process, number);
        }
    }

    @Override
    public void close() {
        terminal.close();
    }
}
