package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.RulePoints;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;

/**
 * A system call that two policies decide differently, or that the kernel answers differently under their profiles.
 *
 * @param call the call under the later policy
 * @param reason the reason of the later decision, from its override or from the table
 */
public record RowChange(Syscall call, Ruling before, Ruling after, Direction direction, String reason) {

    /** The meaning of a change for a process. */
    public enum Direction {
        /** Some calls that were allowed are blocked now, or kill the process. */
        TIGHTENED("tightened"),
        /** Some calls that were blocked are allowed now, or no longer kill the process. */
        LOOSENED("loosened"),
        /** Tighter with some arguments, looser with others. */
        BOTH("both"),
        /** The same calls are allowed as before, but with another errno, or they are logged. */
        OTHERWISE("otherwise"),
        /** The filter differs, but no process sees it: the kernel answers the same. */
        UNNOTICED("unnoticed");

        private final String text;

        Direction(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** Returns whether some calls that were blocked are allowed now. */
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
