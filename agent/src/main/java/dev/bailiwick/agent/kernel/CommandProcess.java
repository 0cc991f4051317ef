package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.question.HostAnswer.How;
import java.util.Set;

/**
 * A command that runs in a jail, with its streams. One thread waits, reads, writes and closes; {@link #wake}, {@link #resize} and
 * {@link #signal} may be called by any.
 */
public interface CommandProcess extends ProgramInput, AutoCloseable {

    /** What can happen. */
    enum Event {
        /** Input can be written. */
        INPUT,
        /** Output can be read, or has ended. */
        OUTPUT,
        /** Standard error can be read, or has ended. */
        ERRORS,
        /** The command has ended. */
        END
    }

    /** What {@link #read} returns after the last byte. */
    int OVER = -1;

    /** Waits until one of the wanted events happens, the command ends, or {@link #wake} is called. */
    Set<Event> await(Set<Event> wanted);

    /**
     * Reads what there is; never waits.
     *
     * @param from {@code OUTPUT} or {@code ERRORS}
     * @return how many bytes; 0 if there are none at the moment, {@link #OVER} if none will follow
     */
    int read(Event from, byte[] into);

    /**
     * Returns how many bytes there are to read at the moment, at most; never waits.
     *
     * @param from {@code OUTPUT} or {@code ERRORS}
     */
    int left(Event from);

    /** Has {@link #await} return. */
    @Override
    void wake();

    /** As {@link #end}, and kills the processes of the command's group also if it has ended by itself. */
    How kill();

    /** Kills the command if it has not ended. Returns how it ended. To be called once, before {@link #close}. */
    How end();

    /** Closes its streams: the terminal hangs up. */
    @Override
    void close();
}
