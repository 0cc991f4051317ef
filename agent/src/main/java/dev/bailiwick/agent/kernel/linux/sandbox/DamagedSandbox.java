package dev.bailiwick.agent.kernel.linux.sandbox;

/** A start failed because its sandbox lacked something; another sandbox has it. */
public final class DamagedSandbox extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String detail;

    /** @param gone what of the sandbox was gone */
    public DamagedSandbox(String gone, RuntimeException cause) {
        super(gone, cause);
        this.detail = gone + " (" + cause.getMessage() + ")";
    }

    @Override
    public String getMessage() {
        return detail;
    }
}
