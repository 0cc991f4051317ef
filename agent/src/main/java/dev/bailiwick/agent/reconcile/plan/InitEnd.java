package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.EndCause;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * An init that ended by itself, and the search for the reason.
 *
 * @param ending empty if unknown
 * @param strikes the number of times in a row that it ended early, with this one
 */
public record InitEnd(Optional<Ending> ending, Duration ranFor, int strikes) {

    /** An init that ran at most this long has ended at once. */
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    private static final int MAX_LINES = 20;
    private static final int MAX_LINE = 400;
    private static final int MAX_QUOTED = 200;
    /** The parts of a stack trace that say where an error was, and the fields of an error of Node; the error itself says more. */
    private static final Pattern TRACE = Pattern.compile(
            "at \\S.*|\\.\\.\\. \\d+ more|[~^ ]+|(errno|code|syscall|address|port|path|dest|hostname): .{0,200}|[{}]|Node\\.js v\\S+");

    /** An error of Python's operating system calls that names no file; the line above it in the trace is the call. */
    private static final Pattern NAMELESS = Pattern.compile("[A-Za-z.]*Error: \\[Errno \\d+\\] [A-Za-z ]+");

    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

    /** The exit statuses of a shell: for a program that is not executable, one that does not exist, and 128 + a signal. */
    private static final int NOT_EXECUTABLE = 126;

    private static final int NOT_FOUND = 127;
    private static final int OF_SIGNAL = 128;

    private static final int SIGKILL = 9;
    private static final int SIGSYS = 31;
    private static final int MAX_SIGNAL = 64;

    private record Found(EndCause cause, String line) {}

    /** Returns a condition that names the probable cause; empty if nothing points to one. */
    public Optional<Condition> explain(EndEvidence evidence, Instant now) {
        List<String> lines = lastLines(evidence.output());
        return ofKernel(evidence)
                .map(cause -> new Found(cause, ""))
                .or(() -> inOutput(evidence, lines))
                .or(() -> ofStatus(evidence).map(cause -> new Found(cause, last(lines))))
                .or(() -> lines.isEmpty() || isSuccess()
                        ? Optional.empty()
                        : Optional.of(new Found(EndCause.UNEXPLAINED, last(lines))))
                .map(found -> new Condition(found.cause().reason(), message(found), now));
    }

    private String message(Found found) {
        String signal = signal().filter(
                        _ -> found.cause() == EndCause.CRASHED || found.cause() == EndCause.ENDED_BY_SIGNAL)
                .map(number -> " (" + Signals.inWords(number) + ")")
                .orElse("");
        String quoted = found.line().isEmpty() ? "" : "; its last words: " + found.line();
        return found.cause().words() + signal + quoted;
    }

    /** Returns the cause of which the kernel leaves no doubt. */
    private Optional<EndCause> ofKernel(EndEvidence evidence) {
        if (evidence.memoryKills() > 0 && !isSuccess()) {
            return Optional.of(EndCause.MEMORY_LIMIT);
        }
        return signal().filter(number -> number == SIGSYS).map(_ -> EndCause.CALL_BLOCKED);
    }

    private Optional<Found> inOutput(EndEvidence evidence, List<String> lines) {
        if (isSuccess()) {
            return Optional.empty();
        }
        return IntStream.iterate(lines.size() - 1, index -> index >= 0, index -> index - 1)
                .boxed()
                .flatMap(index -> EndCause.inLine(withCall(lines, index))
                        .filter(cause -> cause != EndCause.WRONG_PROFILE || mayBeWrong(evidence.profile()))
                        .map(cause -> new Found(ofShell(cause), quotable(lines.get(index))))
                        .stream())
                .findFirst();
    }

    /** A shell's message says the same of a file that it opens and of a program that it executes; its exit status differs. */
    private EndCause ofShell(EndCause cause) {
        return switch (cause) {
            case FILE_MISSING, DIRECTORY_MISSING -> exitedWith(NOT_FOUND) ? EndCause.COMMAND_NOT_FOUND : cause;
            case PERMISSION_DENIED -> exitedWith(NOT_EXECUTABLE) ? EndCause.NOT_EXECUTABLE : cause;
            default -> cause;
        };
    }

    private boolean exitedWith(int status) {
        return ending.filter(new Ending.Exited(status)::equals).isPresent();
    }

    private static boolean mayBeWrong(Optional<Profile> profile) {
        return profile.filter(Profile.SYSTEM::equals).isEmpty();
    }

    private Optional<EndCause> ofStatus(EndEvidence evidence) {
        if (isSuccess()) {
            return strikes > 1 && ranFor.compareTo(AT_ONCE) < 0 ? Optional.of(EndCause.ENDS_AT_ONCE) : Optional.empty();
        }
        if (Command.isInit(evidence.command()) && mayBeWrong(evidence.profile())) {
            return Optional.of(EndCause.WRONG_PROFILE);
        }
        if (evidence.refusedForks() > 0) {
            return Optional.of(EndCause.PROCESS_LIMIT);
        }
        if (exitedWith(NOT_FOUND)) {
            return Optional.of(EndCause.COMMAND_NOT_FOUND);
        }
        if (exitedWith(NOT_EXECUTABLE)) {
            return Optional.of(EndCause.NOT_EXECUTABLE);
        }
        return signal().map(number -> {
            if (number == SIGKILL) {
                return EndCause.KILLED_FROM_OUTSIDE;
            }
            return Signals.isOfAFault(number) ? EndCause.CRASHED : EndCause.ENDED_BY_SIGNAL;
        });
    }

    /** Returns the signal that ended the init, or of which its exit status speaks as a shell's does. */
    private Optional<Integer> signal() {
        return ending.flatMap(end -> switch (end) {
            case Ending.Killed(int number) -> Optional.of(number);
            case Ending.Exited(int status) ->
                status > OF_SIGNAL
                                && status <= OF_SIGNAL + MAX_SIGNAL
                                && Signals.name(status - OF_SIGNAL).isPresent()
                        ? Optional.of(status - OF_SIGNAL)
                        : Optional.empty();
            case Ending.Rebooted(), Ending.Halted() -> Optional.empty();
        });
    }

    private boolean isSuccess() {
        return exitedWith(0);
    }

    private static List<String> lastLines(String output) {
        List<String> lines = output.lines()
                .map(line -> line.substring(0, Math.min(line.length(), MAX_LINE)))
                .map(line -> COLOURS.matcher(line).replaceAll("").strip())
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> said =
                lines.stream().filter(line -> !TRACE.matcher(line).matches()).toList();
        List<String> telling = said.isEmpty() ? lines : said;
        return telling.subList(Math.max(0, telling.size() - MAX_LINES), telling.size());
    }

    /** Returns a line with what it lacks: the call that failed. */
    private static String withCall(List<String> lines, int index) {
        String line = lines.get(index);
        return index > 0 && NAMELESS.matcher(line).matches() ? lines.get(index - 1) + " " + line : line;
    }

    private static String last(List<String> lines) {
        return lines.isEmpty() ? "" : quotable(lines.getLast());
    }

    private static String quotable(String line) {
        return PlainText.truncate(line, MAX_QUOTED);
    }
}
