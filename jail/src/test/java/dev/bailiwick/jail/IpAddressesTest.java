package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class IpAddressesTest {

    private final IpAddresses both = IpAddresses.of("198.18.0.5", "fdb1:1::5");

    @Test
    void haveUpToSixteenMoreOfEachFamily() {
        List<IpAddress> most = IntStream.rangeClosed(1, 16)
                .boxed()
                .flatMap(number -> Stream.of("198.18.1." + number, "fdb1:2::" + number))
                .map(IpAddress::parse)
                .toList();

        IpAddresses addresses = both.with(most);

        assertThat(addresses.all())
                .hasSize(IpAddresses.MAX)
                .startsWith(both.primary().getFirst());
        assertThat(addresses.allV4()).hasSize(17);
        assertThat(addresses.allV6()).hasSize(17);
        assertThat(addresses.v4()).isEqualTo(both.v4());
        refused(
                () -> both.with(Stream.concat(most.stream(), Stream.of(IpAddress.parse("198.18.2.1")))
                        .toList()),
                "must contain at most 16 IPv4 addresses");
    }

    @Test
    void refuseDoublesAndFamiliesWithoutAPrimaryAddress() {
        refused(() -> with(both, "198.18.0.6", "198.18.0.6"), "must not contain 198.18.0.6 twice");
        refused(() -> with(both, "fdb1:1:0::5"), "must not contain fdb1:1::5 twice");
        refused(() -> with(IpAddresses.of("198.18.0.5"), "fdb1:1::6"), "must not contain IPv6 addresses, unless");
        refused(() -> with(IpAddresses.of("fdb1:1::6"), "198.18.0.5"), "must not contain IPv4 addresses, unless");
    }

    @Test
    void areEqualInAnyOrderButNotInAnotherRole() {
        assertThat(with(both, "198.18.0.6", "fdb1:1::6"))
                .isEqualTo(with(IpAddresses.of("fdb1:1::5", "198.18.0.5"), "fdb1:1::6", "198.18.0.6"))
                .hasSameHashCodeAs(with(both, "fdb1:1::6", "198.18.0.6"))
                .isNotEqualTo(both);
        assertThat(with(IpAddresses.of("198.18.0.5"), "198.18.0.6"))
                .isNotEqualTo(with(IpAddresses.of("198.18.0.6"), "198.18.0.5"));
    }

    @Test
    void areChosenFromAFamilyOrAPool() {
        assertThat(AddressChoice.parse("ipv4")).contains(AddressChoice.OfFamily.IPV4);
        AddressChoice ofPool = AddressChoice.parse("fdb1:1::/64").orElseThrow();
        assertThat(ofPool.admits(IpAddress.parse("fdb1:1::9"))).isTrue();
        assertThat(ofPool.admits(IpAddress.parse("fdb1:2::9"))).isFalse();
        assertThat(ofPool.admits(AddressRange.parse("fdb1:1::/64"))).isTrue();
        assertThat(ofPool.admits(AddressRange.parse("fdb1:1::/65"))).isFalse();
        assertThat(AddressChoice.parse("198.18.0.5")).isEmpty();
        assertThat(AddressChoice.parse("auto")).isEmpty();
        refused(() -> AddressChoice.parse("198.18.0.5/24"), "has bits set behind its prefix");
    }

    private static IpAddresses with(IpAddresses addresses, String... additional) {
        return addresses.with(Stream.of(additional).map(IpAddress::parse).toList());
    }

    private static void refused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidValue.class, why -> assertThat(why.reason()).startsWith(reason));
    }
}
