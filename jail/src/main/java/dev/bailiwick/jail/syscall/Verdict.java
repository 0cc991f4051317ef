package dev.bailiwick.jail.syscall;

/** The filter's answer to one call with its arguments. */
public sealed interface Verdict {

    /** The kernel makes the call, with its own checks. */
    record Allow() implements Verdict {}

    /** The kernel makes the call like {@link Allow}, and logs it. */
    record Log() implements Verdict {}

    /** The call is not made; the process sees this error. */
    record Deny(Errno errno) implements Verdict {}

    /** The call is not made; the process sees 0, as after a success. */
    record Ignore() implements Verdict {}

    /** The call is not made; SIGSYS kills the whole process. */
    record Kill() implements Verdict {}

    /** Returns whether the kernel makes the call. */
    default boolean passes() {
        return switch (this) {
            case Allow(), Log() -> true;
            case Deny(Errno errno) -> false;
            case Ignore(), Kill() -> false;
        };
    }

    /** Returns the kernel's own error in place of {@link Allow} if the kernel answers one; otherwise this verdict. */
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
