package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.text.ByteSize;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Something of which jails have an amount. */
public enum Measure {
    JAILS("jails", "", "jails", Quota::jails, Usage::jails, _ -> 0),
    MEMORY("memory", "/limits/memory", "memory", Quota::memory, Usage::memory, Usage::withoutMemoryLimit),
    CPU(
            "cpuMillis",
            "/limits/cpuMillis",
            "thousandths of a CPU",
            Quota::cpuMillis,
            Usage::cpuMillis,
            Usage::withoutCpuLimit),
    ADDRESSES("addresses", "/ip", "addresses", Quota::addresses, Usage::addresses, _ -> 0);

    private final String member;
    private final String pointer;
    private final String noun;
    private final Function<Quota, @Nullable Long> bound;
    private final ToLongFunction<Usage> amount;
    private final ToLongFunction<Usage> unlimited;

    Measure(
            String member,
            String pointer,
            String noun,
            Function<Quota, @Nullable Long> bound,
            ToLongFunction<Usage> amount,
            ToLongFunction<Usage> unlimited) {
        this.member = member;
        this.pointer = pointer;
        this.noun = noun;
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
        return this == MEMORY ? ByteSize.text(value) + " of memory" : value + " " + noun;
    }
}
