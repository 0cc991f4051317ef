package dev.bailiwick.protocol.stream;

/** A stream has ended: one of its sides closed it, or the connection has ended. */
public final class StreamClosed extends RuntimeException {

    /** Nothing failed. */
    public static final String DONE = "done";

    /** The connection between server and host has ended. */
    public static final String LOST = "lost";

    /** The right to the stream was withdrawn: what is still queued must not take effect. */
    public static final String WITHDRAWN = "withdrawn";

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String detail;

    /**
     * @param reason a stable word in lower case
     * @param detail a text for people; may be empty
     */
    public StreamClosed(String reason, String detail) {
        // Without a stack trace: it is how every stream ends.
        super(reason + ": " + detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    public String reason() {
        return reason;
    }

    public String detail() {
        return detail;
    }
}
