package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.Count;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Something of which jails have an amount. */
public enum Measure {
    JAILS("jails", "", "jail", "jails", Quota::jails, Usage::jails, _ -> 0),
    MEMORY(
            "memory",
            "/limits/memory",
            "of memory",
            "of memory",
            Quota::memory,
            Usage::memory,
            Usage::withoutMemoryLimit),
    CPU(
            "cpuMillis",
            "/limits/cpuMillis",
            "thousandth of a CPU",
            "thousandths of a CPU",
            Quota::cpuMillis,
            Usage::cpuMillis,
            Usage::withoutCpuLimit),
    ADDRESSES("addresses", "/ip", "address", "addresses", Quota::addresses, Usage::addresses, _ -> 0),
    DISK("disk", "/plan", "of disk", "of disk", Quota::disk, Usage::disk, Usage::withoutDisk);

    private final String member;
    private final String pointer;
    private final String one;
    private final String many;
    private final Function<Quota, @Nullable Long> bound;
    private final ToLongFunction<Usage> amount;
    private final ToLongFunction<Usage> unlimited;

    Measure(
            String member,
            String pointer,
            String one,
            String many,
            Function<Quota, @Nullable Long> bound,
            ToLongFunction<Usage> amount,
            ToLongFunction<Usage> unlimited) {
        this.member = member;
        this.pointer = pointer;
        this.one = one;
        this.many = many;
        this.bound = bound;
        this.amount = amount;
        this.unlimited = unlimited;
    }

    /** Returns the member of a quota in the API. */
    public String member() {
        return member;
    }

    /** Returns the JSON pointer of the field of a jail that asks for it. */
    public String pointer() {
        return pointer;
    }

    /** Returns the bound; empty if there is none. */
    public OptionalLong bound(Quota quota) {
        Long value = bound.apply(quota);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    public long amount(Usage usage) {
        return amount.applyAsLong(usage);
    }

    /** Returns how many jails may take any amount, because their definitions do not limit it. */
    public long unlimited(Usage usage) {
        return unlimited.applyAsLong(usage);
    }

    /** Writes an amount, for example {@code 512MiB of memory} or {@code 3 addresses}. */
    public String text(long value) {
        return figure(value) + " " + (value == 1 ? one : many);
    }

    /** Writes an amount without its unit, except for bytes: {@code 512MiB}, or {@code 3}. */
    public String figure(long value) {
        return switch (this) {
            case MEMORY, DISK -> ByteSize.text(value);
            case JAILS, CPU, ADDRESSES -> String.valueOf(value);
        };
    }

    /** Says what a jail asks for. */
    String asked(long value) {
        return this == JAILS ? "would be one more" : "asks for " + text(value);
    }

    /** Says what a jail lacks that may take any amount. */
    String required() {
        return this == DISK ? "must be a plan that states disk" : "is required";
    }

    /** Says of how many jails the amount is not known. */
    String unknown(long jails) {
        return Count.of(jails, "jail has", "jails have")
                + (this == DISK ? " no plan that states it" : " no limit of it");
    }
}
