package dev.bailiwick.agent.reconcile.plan;

import java.util.Map;
import java.util.Optional;

/** The signals of Linux that end a process, in words (signal(7)). */
public final class Signals {

    private record Signal(String name, String words) {}

    private static final Map<Integer, Signal> ALL = Map.ofEntries(
            Map.entry(1, new Signal("SIGHUP", "hang-up")),
            Map.entry(2, new Signal("SIGINT", "interrupt")),
            Map.entry(3, new Signal("SIGQUIT", "quit")),
            Map.entry(4, new Signal("SIGILL", "an instruction that this processor does not have")),
            Map.entry(5, new Signal("SIGTRAP", "a trap of the program or of its compiler")),
            Map.entry(6, new Signal("SIGABRT", "the program gave up because of a fault that it found itself")),
            Map.entry(7, new Signal("SIGBUS", "memory without a page, for example of a file that has become shorter")),
            Map.entry(8, new Signal("SIGFPE", "an impossible calculation, such as a division by zero")),
            Map.entry(9, new Signal("SIGKILL", "kill")),
            Map.entry(11, new Signal("SIGSEGV", "memory that the program must not use")),
            Map.entry(13, new Signal("SIGPIPE", "a pipe that nobody reads")),
            Map.entry(14, new Signal("SIGALRM", "a timer of the program")),
            Map.entry(15, new Signal("SIGTERM", "request to end")),
            Map.entry(24, new Signal("SIGXCPU", "its limit of processor time")),
            Map.entry(25, new Signal("SIGXFSZ", "its limit of the size of a file")),
            Map.entry(31, new Signal("SIGSYS", "a blocked system call")));

    private Signals() {}

    static Optional<String> name(int number) {
        return Optional.ofNullable(ALL.get(number)).map(Signal::name);
    }

    /** Returns for example {@code SIGSEGV: memory that the program must not use}. */
    static String inWords(int number) {
        Signal signal = ALL.get(number);
        return signal == null ? "signal " + number : signal.name() + ": " + signal.words();
    }

    /** Returns whether the kernel or the program itself sends this signal because of a fault of the program. */
    static boolean isOfAFault(int number) {
        return switch (number) {
            case 4, 5, 6, 7, 8, 11, 24, 25 -> true;
            default -> false;
        };
    }
}
