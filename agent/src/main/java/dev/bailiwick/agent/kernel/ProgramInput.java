package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.process.TerminalSize;

/** What reaches a program from those who are attached to it. */
public interface ProgramInput {

    /**
     * Writes input; never waits.
     *
     * @return how many bytes were taken; all of them if nobody reads them any more
     */
    int write(byte[] bytes, int offset, int length);

    /** Ends the input: with pipes for good, with a terminal by its end-of-file character. */
    void endInput();

    /** Has whoever serves the program look again at what there is to do; may be called by any thread. */
    void wake();

    /** Changes the size of the terminal; does nothing if there is none. May be called by any thread. */
    void resize(TerminalSize size);

    /** Sends a signal to the processes in the foreground of the terminal, or to the group of the command. May be called by any thread. */
    void signal(int number);
}
