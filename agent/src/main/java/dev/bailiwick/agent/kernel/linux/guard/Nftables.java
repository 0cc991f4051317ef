package dev.bailiwick.agent.kernel.linux.guard;

import com.sun.jna.Native;
import org.jspecify.annotations.Nullable;

/**
 * Calls libnftables(3). It keeps one context, because creating one takes a hundred times as long as a transaction. Confined to one
 * thread: the library does not promise that threads may share a context.
 *
 * <p>INVARIANT: the input is JSON that contains only numbers and fixed words. The library takes other input for its own language and runs
 * it, and resolves host names in addresses by DNS.
 */
final class Nftables implements AutoCloseable {

    private static final String LIBRARY = "libnftables.so.1";

    /** NFT_CTX_OUTPUT_JSON; the library then also reads JSON. */
    private static final int JSON = 1 << 4;

    private final long context;

    /** @throws NftablesFailure if this host does not have the library */
    Nftables() {
        load();
        this.context = nft_ctx_new(0);
        if (context == 0) {
            throw new NftablesFailure(LIBRARY + " cannot create a context", null);
        }
        nft_ctx_output_set_flags(context, JSON);
        nft_ctx_buffer_output(context);
        nft_ctx_buffer_error(context);
    }

    private static void load() {
        try {
            Native.register(Nftables.class, LIBRARY);
        } catch (UnsatisfiedLinkError e) {
            throw new NftablesFailure(
                    LIBRARY + " is not on this host (Debian's libnftables1; deploy/prepare-host.sh installs it)", e);
        }
    }

    /**
     * Runs commands in one transaction: all of them or none.
     *
     * @param commands a text of libnftables-json(5)
     * @throws NftablesFailure with the library's message; nothing was done
     */
    void run(String commands) {
        var _ = answer(commands);
    }

    /** Like {@link #run}, but returns the library's output; for commands that list, it is also a text of libnftables-json(5). */
    String answer(String commands) {
        int result = nft_run_cmd_from_buffer(context, commands);
        String errors = nft_ctx_get_error_buffer(context);
        // Reading the buffer empties it.
        String output = nft_ctx_get_output_buffer(context);
        if (result != 0) {
            throw new NftablesFailure(
                    errors == null || errors.isBlank() ? "libnftables failed without a message" : errors.strip(), null);
        }
        return output == null ? "" : output;
    }

    @Override
    public void close() {
        nft_ctx_free(context);
    }

    private static native long nft_ctx_new(int flags);

    private static native void nft_ctx_free(long context);

    private static native void nft_ctx_output_set_flags(long context, int flags);

    private static native int nft_ctx_buffer_output(long context);

    private static native int nft_ctx_buffer_error(long context);

    private static native @Nullable String nft_ctx_get_output_buffer(long context);

    private static native @Nullable String nft_ctx_get_error_buffer(long context);

    private static native int nft_run_cmd_from_buffer(long context, String commands);
}
