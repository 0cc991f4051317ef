package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.JailKernelContract;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** The contract of every kernel, run against this Linux. */
@NeedsRoot
class LinuxKernelContractTest extends JailKernelContract {

    private static final List<TestHost> HOSTS = new ArrayList<>();

    @Override
    protected JailKernel open() throws IOException {
        HOSTS.add(new TestHost());
        return host().kernel;
    }

    @Override
    protected JailKernel reopen(JailKernel earlier) {
        host().kernel = host().open();
        return host().kernel;
    }

    @Override
    protected JailDefinition lasting() {
        return host().definition("lasting", "/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05 & wait; done");
    }

    @Override
    protected JailDefinition exiting(int status) {
        return host().definition("exiting", "/bin/sh", "-c", "exit " + status);
    }

    @Override
    protected RootPath forbidden() {
        return new RootPath("/etc/forbidden");
    }

    private static TestHost host() {
        return HOSTS.getLast();
    }

    /** Runs last, because the contract itself cleans up after each test. */
    @AfterAll
    static void removeHosts() throws IOException {
        for (TestHost host : HOSTS) {
            host.removeFiles();
        }
        HOSTS.clear();
    }
}
