package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Clock;

class FakeKernelTest extends JailKernelContract {

    @Override
    protected JailKernel open() {
        return new FakeKernel(Clock.systemUTC());
    }

    @Override
    protected JailKernel reopen(JailKernel earlier) {
        return ((FakeKernel) earlier).reopened();
    }

    @Override
    protected JailDefinition lasting() {
        return running(Command.of("/sbin/init"));
    }

    @Override
    protected JailDefinition exiting(int status) {
        return running(Command.of("/exit", Integer.toString(status)));
    }

    @Override
    protected RootPath forbidden() {
        return new RootPath("/elsewhere/web");
    }

    private static JailDefinition running(Command command) {
        return new JailDefinition(
                new JailName("web"),
                new Hostname("web.example.org"),
                new RootPath("/jails/web"),
                new Base.Thin(),
                IpAddresses.of("198.18.0.5"),
                Policy.of(Profile.HOSTING),
                command,
                Limits.NONE,
                WantedState.RUNNING);
    }
}
