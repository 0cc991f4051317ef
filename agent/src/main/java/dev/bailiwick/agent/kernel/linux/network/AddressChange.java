package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A change of the additional addresses of a running jail, on both ends of its link.
 *
 * <p>INVARIANT: the host's route to an address changes last, so that a change that an agent did not complete is found again.
 *
 * @param guardsSources whether the link has a filter for the addresses from which the jail sends
 * @param index of the host's end of the link
 */
record AddressChange(HostRoutes routes, boolean guardsSources, int index, int initPid) {

    /** Gives the jail these addresses. See {@link JailNetwork#readdress}. */
    void apply(IpAddresses addresses) {
        Set<IpAddress> gone = LinkRoutes.of(JailLink.nameOf(JailLink.rangeOf(index)));
        List<IpAddress> come = addresses.additional().stream()
                .filter(address -> !gone.contains(address))
                .toList();
        addresses.all().forEach(gone::remove);
        if (gone.isEmpty() && come.isEmpty()) {
            return;
        }
        if (guardsSources) {
            NetlinkBatch guard = new NetlinkBatch();
            SourceGuard.composeReplacement(guard, index, addresses);
            NetlinkSocket.send(guard);
        }
        changeInside(gone, come);
        NetlinkBatch host = new NetlinkBatch();
        gone.forEach(address -> Rtnetlink.forgetNeighbour(host, address, index));
        gone.forEach(address -> HostRoutes.composeRemoval(host, address, index));
        refuse(NetlinkSocket.failuresOf(host), Errno.ENOENT, Errno.ESRCH);
        NetlinkBatch neighbours = new NetlinkBatch();
        come.forEach(address -> JailNetwork.composeNeighbour(neighbours, index, address));
        NetlinkSocket.send(neighbours);
        List<RuntimeException> failures = new ArrayList<>();
        for (IpAddress address : come) {
            try {
                routes.add(address, index);
            } catch (KernelRefusal | LinuxFailure refused) {
                failures.add(refused);
            }
        }
        if (!failures.isEmpty()) {
            takeBack(addresses);
            throw failures.getFirst();
        }
    }

    /** Takes from the jail the addresses to which the host has no route through its link: another jail may have them. */
    private void takeBack(IpAddresses wanted) {
        Set<IpAddress> refused = new HashSet<>(wanted.additional());
        refused.removeAll(LinkRoutes.of(JailLink.nameOf(JailLink.rangeOf(index))));
        if (guardsSources) {
            NetlinkBatch guard = new NetlinkBatch();
            SourceGuard.composeReplacement(
                    guard,
                    index,
                    wanted.with(wanted.additional().stream()
                            .filter(address -> !refused.contains(address))
                            .toList()));
            NetlinkSocket.send(guard);
        }
        changeInside(refused, List.of());
        NetlinkBatch host = new NetlinkBatch();
        refused.forEach(address -> Rtnetlink.forgetNeighbour(host, address, index));
        refuse(NetlinkSocket.failuresOf(host), Errno.ENOENT, Errno.ESRCH);
    }

    private void changeInside(Set<IpAddress> gone, List<IpAddress> come) {
        NetlinkBatch inside = new NetlinkBatch();
        gone.forEach(address -> Rtnetlink.unassign(inside, address, JailLink.INSIDE_INDEX));
        come.forEach(address -> Rtnetlink.assignAdditional(inside, address, JailLink.INSIDE_INDEX));
        // An agent that did not complete the change may have done that already, or the jail itself.
        refuse(NetlinkSocket.failuresInside(initPid, inside), Errno.EADDRNOTAVAIL, Errno.EEXIST);
    }

    private static void refuse(List<LinuxFailure> failures, int tolerated, int alsoTolerated) {
        failures.stream()
                .filter(failure -> failure.errno() != tolerated && failure.errno() != alsoTolerated)
                .findFirst()
                .ifPresent(failure -> {
                    throw failure;
                });
    }
}
