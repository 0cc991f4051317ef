package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.JailKernelContract;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of every kernel, with the recording library below. Processes, signals and files are real, jails are not. It shows that the
 * agent makes the right calls in the right order and with the right operands; it shows nothing about FreeBSD's kernel.
 */
class FreeBsdKernelContractTest extends JailKernelContract {

    @TempDir
    private Path directory = Path.of("/");

    private @Nullable RecordedHost host;

    @Override
    protected JailKernel open() throws Exception {
        host = new RecordedHost(directory);
        return host.open();
    }

    @Override
    protected JailKernel reopen(JailKernel earlier) {
        return host().open();
    }

    @Override
    protected JailDefinition lasting() {
        return host().definition("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05 & wait; done");
    }

    @Override
    protected JailDefinition exiting(int status) {
        return host().definition("/bin/sh", "-c", "exit " + status);
    }

    @Override
    protected RootPath forbidden() {
        return new RootPath("/etc/forbidden");
    }

    private RecordedHost host() {
        if (host == null) {
            throw new IllegalStateException("no host was opened");
        }
        return host;
    }
}
