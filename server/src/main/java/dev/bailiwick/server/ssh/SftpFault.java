package dev.bailiwick.server.ssh;

import dev.bailiwick.server.problem.Failure;

/** Why a request of SFTP is not done. */
final class SftpFault extends Exception {

    static final int OK = 0;
    static final int END = 1;
    static final int NO_SUCH_FILE = 2;
    static final int DENIED = 3;
    static final int FAILURE = 4;
    static final int MALFORMED = 5;
    static final int UNSUPPORTED = 8;

    private static final int HTTP_FORBIDDEN = 403;
    private static final int HTTP_NOT_FOUND = 404;
    private static final long serialVersionUID = 1L;

    private final int status;

    SftpFault(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    static SftpFault ofAttributes() {
        return new SftpFault(UNSUPPORTED, "Sizes and times cannot be set.");
    }

    static SftpFault of(Failure failure) {
        int status = switch (failure.type().status()) {
            case HTTP_NOT_FOUND -> NO_SUCH_FILE;
            case HTTP_FORBIDDEN -> DENIED;
            default -> FAILURE;
        };
        return new SftpFault(status, failure.detail());
    }
}
