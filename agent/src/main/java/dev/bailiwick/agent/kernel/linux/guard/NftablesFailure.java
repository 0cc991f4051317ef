package dev.bailiwick.agent.kernel.linux.guard;

import org.jspecify.annotations.Nullable;

/** This host lacks libnftables, or the library or the kernel did not take a transaction, of which nothing was done then. */
final class NftablesFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NftablesFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
