package dev.bailiwick.jail.syscall;

/** What the filter answers to one call with its arguments. */
public sealed interface Verdict {

    /** The kernel carries on with the call, under its own checks. */
    record Allow() implements Verdict {}

    /** As {@link Allow}, and the kernel logs the call. */
    record Log() implements Verdict {}

    /** The call does not happen; the process sees this error. */
    record Deny(Errno errno) implements Verdict {}

    /** The call does not happen; the process sees 0, as if it had. */
    record Ignore() implements Verdict {}

    /** The call does not happen; the whole process ends with SIGSYS. */
    record Kill() implements Verdict {}

    /** Whether the kernel gets to see the call. */
    default boolean passes() {
        return switch (this) {
            case Allow(), Log() -> true;
            case Deny(Errno errno) -> false;
            case Ignore(), Kill() -> false;
        };
    }

    /** What a process sees in place of this: where the filter merely lets pass, the kernel may still refuse. */
    default Verdict afterKernel(Syscall call) {
        return switch (this) {
            case Allow() -> call.kernelErrno().<Verdict>map(Deny::new).orElse(this);
            case Log(), Deny(Errno _), Ignore(), Kill() -> this;
        };
    }

    default String text() {
        return switch (this) {
            case Allow() -> "allow";
            case Log() -> "allow and log";
            case Deny(Errno errno) -> "deny with " + errno;
            case Ignore() -> "answer 0 without effect";
            case Kill() -> "kill the process";
        };
    }
}
