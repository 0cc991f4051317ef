package dev.bailiwick.agent.kernel.linux.console;

import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.jail.process.TerminalSize;

/** What people type at the terminal of an init. */
final class InitTerminal implements ProgramInput {

    private final Terminal terminal;
    private boolean closed;

    InitTerminal(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public synchronized int write(byte[] bytes, int offset, int length) {
        if (closed) {
            return length;
        }
        long result = terminal.write(bytes, offset, length);
        if (result >= 0) {
            return (int) result;
        }
        return result == -Errno.EAGAIN || result == -Errno.EINTR ? 0 : length;
    }

    @Override
    public synchronized void endInput() {
        if (!closed) {
            terminal.endInput();
        }
    }

    /** Its output is read all the time. */
    @Override
    public void wake() {}

    @Override
    public synchronized void resize(TerminalSize size) {
        if (!closed) {
            terminal.resize(size);
        }
    }

    @Override
    public synchronized void signal(int number) {
        if (!closed) {
            var _ = terminal.signal(number);
        }
    }

    /** Has it do nothing any more; afterwards the terminal can be closed. */
    synchronized void retire() {
        closed = true;
    }
}
