package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.validation.InvalidValue;
import org.junit.jupiter.api.Test;

class IpAddressTest {

    @Test
    void printsTheCanonicalText() {
        assertThat(IpAddress.parse("198.18.0.5")).hasToString("198.18.0.5");
        assertThat(IpAddress.parse("FDB1:1:0:0:0:0:0:5")).hasToString("fdb1:1::5");
        assertThat(IpAddress.parse("2001:db8:0:1:1:1:1:1")).hasToString("2001:db8:0:1:1:1:1:1");
        assertThat(IpAddress.parse("2001:0:0:1:0:0:0:1")).hasToString("2001:0:0:1::1");
        assertThat(IpAddress.parse("2001:db8:0:0:1:0:0:1")).hasToString("2001:db8::1:0:0:1");
        assertThat(IpAddress.parse("fdb1:1:2:3:4:5:0:0")).hasToString("fdb1:1:2:3:4:5::");
    }

    @Test
    void refusesWhatNoJailCanOwn() {
        for (String text :
                new String[] {"127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "a.b"}) {
            assertThatThrownBy(() -> IpAddress.parse(text)).as(text).isInstanceOf(InvalidValue.class);
        }
    }

    @Test
    void refusesPrefixesZonesAndBrackets() {
        assertThatThrownBy(() -> IpAddress.parse("198.18.0.5/24")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> IpAddress.parse("fdb1:1::5%eth0")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> IpAddress.parse("[fdb1:1::5]")).isInstanceOf(InvalidValue.class);
    }

    @Test
    void refusesFormsThatOthersReadOtherwise() {
        for (String text : new String[] {"198.18", "198.18.5", "3323068421", "198.018.0.5", "198.18.0.005"}) {
            assertThatThrownBy(() -> IpAddress.parse(text)).as(text).isInstanceOf(InvalidValue.class);
        }
    }
}
