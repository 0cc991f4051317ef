package dev.bailiwick.agent.kernel.linux.sandbox;

/** A failure of a start because its sandbox lacked a part; the start may succeed with another sandbox. */
public final class DamagedSandbox extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String detail;

    /** @param gone the missing part of the sandbox */
    public DamagedSandbox(String gone, RuntimeException cause) {
        super(gone, cause);
        this.detail = gone + " (" + cause.getMessage() + ")";
    }

    @Override
    public String getMessage() {
        return detail;
    }
}
