package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/** Jails for tests, distinguished by a number. */
public final class Jails {

    private Jails() {}

    public static JailId id(int number) {
        return new JailId(new UUID(0x0198_f0a0_0000_7000L, 0x8000_0000_0000_0000L | number));
    }

    public static DesiredJail kept(int number, long generation) {
        return wanted(number, generation, WantedState.RUNNING);
    }

    public static DesiredJail stopped(int number, long generation) {
        return wanted(number, generation, WantedState.STOPPED);
    }

    private static DesiredJail wanted(int number, long generation, WantedState state) {
        return new DesiredJail.Present(
                id(number),
                generation,
                new JailDefinition(
                        new JailName("jail-" + number),
                        new Hostname("jail-" + number),
                        new RootPath("/jails/" + number),
                        new Base.Thin(),
                        IpAddresses.of("198.18." + number / 250 + "." + (1 + number % 250)),
                        Policy.of(Profile.HOSTING),
                        Command.of("/bin/init"),
                        Limits.NONE,
                        state));
    }

    public static DesiredJail removed(int number, long generation) {
        return new DesiredJail.Removed(
                id(number), generation, new RootPath("/jails/" + number), new Base.Thin(), FilesFate.KEPT);
    }

    public static Report report(int number, long generation, Phase phase) {
        return new Report(
                id(number),
                generation,
                phase,
                OptionalInt.empty(),
                0,
                List.of(),
                List.of(),
                Instant.parse("2026-11-23T12:00:00Z"));
    }
}
