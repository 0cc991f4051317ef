package dev.bailiwick.jail.syscall;

/** The filter's answer to one call with its arguments. */
public sealed interface Verdict {

    /** The kernel makes the call, with its own checks. */
    record Allow() implements Verdict {}

    /** As {@link Allow}, and the kernel logs the call. */
    record Log() implements Verdict {}

    /** The call is not made; the process sees this error. */
    record Deny(Errno errno) implements Verdict {}

    /** The call is not made; the process sees 0, as after a success. */
    record Ignore() implements Verdict {}

    /** The call is not made; SIGSYS kills the whole process. */
    record Kill() implements Verdict {}

    /** Whether the kernel makes the call. */
    default boolean passes() {
        return switch (this) {
            case Allow(), Log() -> true;
            case Deny(Errno errno) -> false;
            case Ignore(), Kill() -> false;
        };
    }

    /** What a process sees instead of this: if the filter only lets the call pass, the kernel may still answer with an error. */
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
