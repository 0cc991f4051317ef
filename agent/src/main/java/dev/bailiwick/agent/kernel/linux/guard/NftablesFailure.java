package dev.bailiwick.agent.kernel.linux.guard;

import org.jspecify.annotations.Nullable;

/**
 * A failure of libnftables: the host lacks the library, or the library or the kernel rejected a transaction, of which nothing was done.
 */
final class NftablesFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NftablesFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
