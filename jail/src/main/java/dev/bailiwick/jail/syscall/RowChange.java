package dev.bailiwick.jail.syscall;

/**
 * A system call that two policies rule differently.
 *
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

    static Direction direction(Syscall call, Ruling before, Ruling after) {
        Ruling seenBefore = before.afterKernel(call);
        Ruling seenAfter = after.afterKernel(call);
        boolean tighter = false;
        boolean looser = false;
        boolean other = false;
        for (long[] arguments : RulePoints.of(seenBefore, seenAfter)) {
            Verdict was = seenBefore.verdict(arguments);
            Verdict is = seenAfter.verdict(arguments);
            tighter |= freedom(call, is) < freedom(call, was);
            looser |= freedom(call, is) > freedom(call, was);
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
            case Verdict.Deny(Errno _) -> 1;
            case Verdict.Allow(), Verdict.Log() -> call.kernelErrno().isPresent() ? 1 : 2;
        };
    }
}
