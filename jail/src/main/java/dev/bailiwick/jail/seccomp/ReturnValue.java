package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Verdict;
import java.util.Optional;

/** Converts verdicts to and from the return values of a filter, SECCOMP_RET_* of linux/seccomp.h. */
final class ReturnValue {

    private static final int ALLOW = 0x7FFF_0000;
    private static final int LOG = 0x7FFC_0000;
    private static final int ERRNO = 0x0005_0000;
    private static final int KILL_PROCESS = 0x8000_0000;
    private static final int ACTION = 0xFFFF_0000;
    private static final int DATA = 0x0000_FFFF;

    private ReturnValue() {}

    static int of(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allow() -> ALLOW;
            case Verdict.Log() -> LOG;
            case Verdict.Deny(Errno errno) -> ERRNO | errno.number();
            // With error 0, the kernel does not make the call and answers 0, a success (seccomp(2), SECCOMP_RET_ERRNO).
            case Verdict.Ignore() -> ERRNO;
            case Verdict.Kill() -> KILL_PROCESS;
        };
    }

    /** Returns the verdict; empty for actions that no policy has, such as SECCOMP_RET_TRAP. */
    static Optional<Verdict> verdict(int value) {
        return switch (value & ACTION) {
            case ALLOW -> Optional.of(new Verdict.Allow());
            case LOG -> Optional.of(new Verdict.Log());
            case KILL_PROCESS -> Optional.of(new Verdict.Kill());
            case ERRNO ->
                (value & DATA) == 0
                        ? Optional.of(new Verdict.Ignore())
                        : Errno.numbered(value & DATA).map(Verdict.Deny::new);
            default -> Optional.empty();
        };
    }
}
