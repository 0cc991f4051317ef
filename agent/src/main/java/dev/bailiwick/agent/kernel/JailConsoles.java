package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.TerminalSize;

/** The terminals of the inits of jails whose definitions ask for one. */
public interface JailConsoles {

    /** Lets people attach to terminals. */
    interface Listener {

        /**
         * Notices that a jail has a terminal: it starts, or this agent has found it again.
         *
         * @param input may be used by any thread until the output has ended, and does nothing afterwards
         * @param size that of the terminal at the moment
         * @return where the output goes
         */
        Output opened(JailId jail, ProgramInput input, TerminalSize size);
    }

    /** Takes what a jail writes to its terminal; called by one thread, which serves all jails and must not wait. */
    interface Output {

        /** Takes nothing. */
        Output NONE = new Output() {
            @Override
            public void write(byte[] bytes) {}

            @Override
            public void ended() {}
        };

        void write(byte[] bytes);

        /** Notices that the jail has ended, after all that it has written. */
        void ended();
    }

    /** Sets the listener, before the first jail is started or found. */
    default void onConsole(Listener listener) {}
}
