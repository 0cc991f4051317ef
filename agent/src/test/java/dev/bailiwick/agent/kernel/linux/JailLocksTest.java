package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class JailLocksTest {

    private static final Duration SHORTLY = Duration.ofMillis(20);

    private final JailLocks locks = new JailLocks();
    private final JailId jail = new JailId(UUID.randomUUID());

    /** Returns whether another thread gets it. */
    private static boolean isFree(Supplier<Optional<JailLocks.Held>> lock) {
        return CompletableFuture.supplyAsync(() -> {
                    Optional<JailLocks.Held> held = lock.get();
                    held.ifPresent(JailLocks.Held::close);
                    return held.isPresent();
                })
                .join();
    }

    private boolean canShare() {
        return isFree(() -> locks.share(jail, SHORTLY));
    }

    private boolean canExclude() {
        return isFree(() -> locks.exclude(jail, SHORTLY));
    }

    @Test
    void aJailDoesNotStartWhileItsFilesAreUsed() {
        try (JailLocks.Held _ = locks.share(jail, SHORTLY).orElseThrow()) {
            assertThat(canShare()).isTrue();
            assertThat(canExclude()).isFalse();
        }
        assertThat(canExclude()).isTrue();
        try (JailLocks.Held _ = locks.exclude(jail, SHORTLY).orElseThrow()) {
            assertThat(canShare()).isFalse();
            assertThat(canExclude()).isFalse();
        }
        assertThat(canShare()).isTrue();
    }

    @Test
    void oneAtATimeWritesToUploads() {
        try (JailLocks.Held _ = locks.upload(jail, SHORTLY).orElseThrow()) {
            assertThat(isFree(() -> locks.upload(jail, SHORTLY))).isFalse();
            assertThat(canShare()).isTrue();
        }
        assertThat(isFree(() -> locks.upload(jail, SHORTLY))).isTrue();
    }
}
