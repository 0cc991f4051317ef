package dev.bailiwick.agent.kernel.linux.network;

import java.util.function.BooleanSupplier;

/** By what this host limits what jails send. */
public enum OutgoingLimit {
    /** What is beyond the limit waits in an intermediate device of the jail, see {@link LinkRates}. */
    IFB,
    /** The kernel has no such devices: a rule of the network guard drops what is beyond the limit. */
    LIMIT_RATE,
    /** The kernel can do neither. */
    NONE;

    /** Returns whether the kernel has the devices to which what jails send is redirected. Only an attempt shows it. */
    public static boolean canRedirect() {
        return LinkRates.canRedirect();
    }

    /**
     * Returns by what a host limits what jails send.
     *
     * @param redirects whether it has the devices
     * @param drops whether a rule can drop what is beyond; asked only if it has none
     */
    public static OutgoingLimit found(BooleanSupplier redirects, BooleanSupplier drops) {
        if (redirects.getAsBoolean()) {
            return IFB;
        }
        return drops.getAsBoolean() ? LIMIT_RATE : NONE;
    }
}
