package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Technique.technique;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** None of the kernel's interfaces that have been the way out of other jails is open. */
@NeedsRoot
class KernelEscapesTest {

    private static final EscapeList LIST = new EscapeList(
            "kernel",
            List.of(
                    technique("type-ahead", "TIOCSTI: type into the controlling terminal (CVE-2017-5226)", "filter")
                            .mayBeAbsent(),
                    technique(
                                    "type-ahead-high-bits",
                                    "TIOCSTI with garbage in the upper half of the register (CVE-2019-10063)",
                                    "filter: 32-bit arguments are compared as such")
                            .mayBeAbsent(),
                    technique("console-paste", "TIOCLINUX: paste into a virtual console (CVE-2023-28100)", "filter"),
                    technique("add-key", "add_key: the kernel's keyrings", "filter"),
                    technique(
                            "session-keyring",
                            "keyctl: the session keyring",
                            "filter; the agent gives each jail a keyring of its own"),
                    technique("userfaultfd", "userfaultfd: stall the kernel's copies", "filter")
                            .mayBeAbsent(),
                    technique("userfaultfd-user-mode", "userfaultfd for user mode", "filter")
                            .mayBeAbsent(),
                    technique("io-uring", "io_uring: calls that pass no filter", "filter")
                            .mayBeAbsent(),
                    technique("bpf", "bpf: a map in the kernel", "filter"),
                    technique("perf-event", "perf_event_open", "filter").mayBeAbsent(),
                    technique("kernel-log", "syslog: read the kernel's log", "filter"),
                    technique(
                            "user-namespace",
                            "unshare a user namespace and regain every capability",
                            "filter, max_user_namespaces 0"),
                    technique("user-namespace-clone", "the same by clone", "filter, max_user_namespaces 0"),
                    technique(
                            "user-namespace-clone3",
                            "the same by clone3, whose flags a filter can not read",
                            "filter: clone3 is refused whole"),
                    technique("time-namespace", "unshare a time namespace", "filter")
                            .mayBeAbsent(),
                    technique("join-namespace", "setns", "filter"),
                    technique(
                                    "i386-entry",
                                    "int 0x80: the numbers of i386",
                                    "filter: every other architecture is refused")
                            .mayBeAbsent(),
                    technique("x32-entry", "the numbers of x32", "filter: every other architecture is refused")
                            .mayBeAbsent(),
                    technique("segment-descriptors", "modify_ldt", "filter").mayBeAbsent(),
                    technique("hardware-ports", "ioperm: the ports of the hardware", "filter")
                            .notTriedOutside(),
                    technique("load-module", "init_module", "filter, capabilities")
                            .mayBeAbsent(),
                    technique("load-module-file", "finit_module", "filter, capabilities")
                            .mayBeAbsent(),
                    technique("other-kernel", "kexec_load", "filter, capabilities")
                            .notTriedOutside(),
                    technique("swap-on", "swapon", "filter, capabilities"),
                    technique("swap-off", "swapoff", "filter, capabilities"),
                    technique("accounting", "acct", "filter, capabilities").mayBeAbsent(),
                    technique(
                                    "machine-restart",
                                    "reboot: govern the machine's restart",
                                    "pid namespace; in `strict2002` the filter")
                            .notTriedOutside(),
                    technique("set-clock", "clock_settime", "filter, capabilities")
                            .notTriedOutside(),
                    technique("turn-clock", "adjtimex", "filter, capabilities").notTriedOutside(),
                    technique("host-name", "sethostname", "filter, capabilities"),
                    technique("quota", "quotactl", "filter").mayBeAbsent(),
                    technique("gift-pages", "vmsplice: the way of Dirty Pipe (CVE-2022-0847)", "filter"),
                    technique("rare-sockets", "a socket of any family but UNIX, INET, INET6 and NETLINK", "filter"),
                    technique("crypto-socket", "AF_ALG: write to shared pages (CVE-2026-31431)", "filter")
                            .mayBeAbsent(),
                    technique("machine-socket", "AF_VSOCK: the hypervisor", "filter")
                            .mayBeAbsent(),
                    technique("ipsec-socket", "NETLINK_XFRM (CVE-2026-43284)", "filter")
                            .mayBeAbsent(),
                    technique("firewall-socket", "NETLINK_NETFILTER (CVE-2024-1086)", "filter")
                            .mayBeAbsent()));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
