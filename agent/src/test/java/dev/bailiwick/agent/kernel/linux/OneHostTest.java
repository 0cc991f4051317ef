package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * Tests that share one host, on which each begins without jails: to open and close a host takes longer than most of them. Those that
 * change the host itself open their own.
 */
public abstract class OneHostTest {

    protected static TestHost host;

    @BeforeAll
    static void open() throws IOException {
        host = new TestHost();
    }

    @AfterAll
    static void close() throws IOException {
        host.close();
    }

    @AfterEach
    void clear() throws InterruptedException {
        host.clear();
    }
}
