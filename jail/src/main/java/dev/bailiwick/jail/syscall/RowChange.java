package dev.bailiwick.jail.syscall;

/**
 * A system call that two policies rule differently, or that the kernel answers differently under their profiles.
 *
 * @param call as it is under the later one
 * @param reason why the later one rules as it does: its override's reason, or the table's
 */
public record RowChange(Syscall call, Ruling before, Ruling after, Direction direction, String reason) {

    /** Which way a change goes, as far as a process can tell. */
    public enum Direction {
        /** Some calls that passed are refused now, or end the process. */
        TIGHTENED("tightened"),
        /** Some calls that were refused pass now, or no longer end the process. */
        LOOSENED("loosened"),
        /** With some arguments tighter, with others looser. */
        BOTH("both"),
        /** As many calls pass as before; another errno is answered, or they are logged. */
        OTHERWISE("otherwise"),
        /** The filter differs and no process can tell: the kernel answers the same. */
        UNNOTICED("unnoticed");

        private final String text;

        Direction(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** Whether some calls that were refused pass now. */
    public boolean loosens() {
        return direction == Direction.LOOSENED || direction == Direction.BOTH;
    }

    static Direction direction(Syscall call, Ruling before, Ruling after) {
        return direction(call, before, call, after);
    }

    /** @param callBefore the call as it is under the earlier policy's profile, see {@link Syscall#under} */
    static Direction direction(Syscall callBefore, Ruling before, Syscall callAfter, Ruling after) {
        Ruling seenBefore = before.afterKernel(callBefore);
        Ruling seenAfter = after.afterKernel(callAfter);
        boolean tighter = false;
        boolean looser = false;
        boolean other = false;
        for (long[] arguments : RulePoints.of(seenBefore, seenAfter)) {
            Verdict was = seenBefore.verdict(arguments);
            Verdict is = seenAfter.verdict(arguments);
            tighter |= freedom(callAfter, is) < freedom(callBefore, was);
            looser |= freedom(callAfter, is) > freedom(callBefore, was);
            other |= !is.equals(was);
        }
        if (tighter && looser) {
            return Direction.BOTH;
        }
        if (tighter) {
            return Direction.TIGHTENED;
        }
        if (looser) {
            return Direction.LOOSENED;
        }
        return other ? Direction.OTHERWISE : Direction.UNNOTICED;
    }

    private static int freedom(Syscall call, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Kill() -> 0;
            case Verdict.Deny(Errno _), Verdict.Ignore() -> 1;
            case Verdict.Allow(), Verdict.Log() -> call.kernelErrno().isPresent() ? 1 : 2;
        };
    }
}
