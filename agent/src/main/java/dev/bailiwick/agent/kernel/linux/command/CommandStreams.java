package dev.bailiwick.agent.kernel.linux.command;

import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.jail.process.TerminalSize;

/** The agent's ends of what a command reads and writes, and those of the command until it has its own. */
sealed interface CommandStreams extends AutoCloseable permits CommandPipes, CommandTerminal {

    /** Returns the ends of the command. */
    JailEntry.Streams ofCommand();

    /** Closes the ends of the command here, once it has its own, and makes those of the agent non-blocking. */
    void handOver();

    /** Returns the agent's end of the standard input. */
    Descriptor input();

    Descriptor output();

    /** Returns {@link Descriptor#NONE} if there is no separate standard error. */
    Descriptor errors();

    void endInput();

    void resize(TerminalSize size);

    /** Sends a signal to the command and what it has started. */
    void signal(Descriptor process, int number);

    @Override
    void close();
}
