package dev.bailiwick.server.host.certificate;

import org.jspecify.annotations.Nullable;

/** The message is not a PKCS #10 request for a P-256 key that is signed with that key. */
public final class InvalidCertificateRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidCertificateRequest(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
