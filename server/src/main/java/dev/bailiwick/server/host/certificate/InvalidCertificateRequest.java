package dev.bailiwick.server.host.certificate;

import org.jspecify.annotations.Nullable;

/** What was sent is not a PKCS #10 request that is signed by the P-256 key it is for. */
public final class InvalidCertificateRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidCertificateRequest(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
