package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The addresses of one jail: one IPv4, one IPv6, or one of each. Their order has no meaning. */
public record IpAddresses(List<IpAddress> all) {

    public IpAddresses {
        all = List.copyOf(all);
        long v4 = all.stream().filter(IpAddress::isV4).count();
        if (all.isEmpty()) {
            throw new InvalidValue("must contain at least one address");
        }
        if (v4 > 1 || all.size() - v4 > 1) {
            throw new InvalidValue("must contain at most one IPv4 and one IPv6 address");
        }
    }

    public static IpAddresses of(String... literals) {
        return new IpAddresses(List.of(literals).stream().map(IpAddress::parse).toList());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddresses(List<IpAddress> others)
                && Set.copyOf(all).equals(Set.copyOf(others));
    }

    @Override
    public int hashCode() {
        return Set.copyOf(all).hashCode();
    }

    public Optional<IpAddress> v4() {
        return all.stream().filter(IpAddress::isV4).findFirst();
    }

    public Optional<IpAddress> v6() {
        return all.stream().filter(a -> !a.isV4()).findFirst();
    }
}
