package dev.bailiwick.agent.link.stream;

/** This host does not carry a stream. */
public final class StreamRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param reason a stable word in lower case
     * @param detail a text for people
     */
    public StreamRefused(String reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
